"""One module a command: parse, call the library, render, exit. Importing registers."""

from companyos_cli.commands import (  # noqa: F401 - importing registers them
    authz,
    demo,
    doctor,
    drift,
    flags,
    identity,
    init,
    keys,
    log,
    promote,
    release,
    rollback,
    schema,
    serve,
    status,
    sync,
    trust,
    validate,
)
