"""`companyos serve`: run one service in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos.errors import UsageError
from companyos_cli.app import app
from companyos_cli.session import session_of

Artifact = Annotated[
    Path | None,
    typer.Option(
        "--artifact", metavar="FILE", help="The file to report the digest of."
    ),
]
LogInputs = Annotated[
    bool, typer.Option("--log-inputs", help="Log what decisions rest on too.")
]
MaskAttributes = Annotated[
    str | None,
    typer.Option(
        "--mask-attributes", metavar="NAME,…", help="Attributes never to log."
    ),
]


@app.command(rich_help_panel="Serve")
def serve(
    ctx: typer.Context,
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", help="settings or exports.")
    ],
    *,
    bundle: Annotated[
        Path, typer.Option("--bundle", metavar="DIR", help="What `sync` keeps.")
    ],
    jwks: Annotated[
        Path,
        typer.Option("--jwks", metavar="FILE", help="Public keys that verify tokens."),
    ],
    data: Annotated[
        Path, typer.Option("--data", metavar="FILE", help="The service's SQLite file.")
    ],
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0 takes a free one.")] = 0,
    admin_port: Annotated[
        int, typer.Option("--admin-port", help="For health and state; 0 as above.")
    ] = 0,
    artifact: Artifact = None,
    log_inputs: LogInputs = False,
    mask_attributes: MaskAttributes = None,
    seed_demo_data: Annotated[
        bool, typer.Option("--seed-demo-data", help="Add made-up datasets (exports).")
    ] = False,
) -> None:
    """Run one service on a stage's bundle directory, until told to stop."""
    session_of(ctx)
    try:
        from companyos_services.run import run
        from companyos_services.service_settings import ServiceName, ServiceSettings
    except ImportError as error:
        raise UsageError(
            f"the services are not installed: {error}",
            hint="install companyos with its extra: `companyos[services]`",
        ) from error
    if service not in {str(name) for name in ServiceName}:
        names = ", ".join(ServiceName)
        raise UsageError(f"no service `{service}`", hint=f"there are: {names}")
    status = run(
        ServiceSettings(
            service=ServiceName(service),
            bundle=bundle,
            jwks=jwks,
            data=data,
            host=host,
            port=port,
            admin_port=admin_port,
            artifact=artifact,
            log_inputs=log_inputs,
            mask_attributes=mask_attributes,
            seed_demo_data=seed_demo_data,
        )
    )
    raise typer.Exit(status)
