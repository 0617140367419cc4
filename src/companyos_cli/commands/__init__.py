"""One module a command: parse, call the library, render, exit. Importing registers."""

from companyos_cli.commands import (  # noqa: F401 - importing registers them
    init,
    keys,
    schema,
)
