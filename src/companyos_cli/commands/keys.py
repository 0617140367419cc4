"""`companyos keys`: make a signing key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from companyos.errors import UsageError
from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Answer, Output, Paint, Role
from companyos_cli.session import Session, session_of

if TYPE_CHECKING:
    from companyos.signing.keys import PrivateKey

keys = typer.Typer(help="Make signing keys.", no_args_is_help=True)
app.add_typer(keys, name="keys", rich_help_panel="Set up")


@keys.command()
def generate(
    ctx: typer.Context,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Where the private key goes.  [default: .git/companyos/key.pem]",
        ),
    ] = None,
    no_passphrase: Annotated[
        bool,
        typer.Option("--no-passphrase", help="Write the private key in the clear."),
    ] = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Make an ECDSA P-256 key and print its public half."""
    from companyos.signing.keys import generate_key, public_key_text
    from companyos_cli import wiring

    session = session_of(ctx, output)
    path = out or wiring.Workspace.of(session).private_folder / "key.pem"
    key = generate_key()
    write_private(path, key, phrase=None if no_passphrase else _passphrase(session))
    session.finish(answer_for(path, public_key_text(key)))


def write_private(path: Path, key: PrivateKey, *, phrase: bytes | None) -> None:
    """Write a private key where only its owner can read it; never over another.

    Raises:
        UsageError: there is something at `path` already.
    """
    from companyos.signing.keys import to_pem

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise UsageError(
            f"`{path}` is there already, and a key is never overwritten",
            hint="name another place with `--out FILE`",
        ) from error
    path.write_bytes(to_pem(key, phrase))


def answer_for(path: Path, public_key: str) -> Answer:
    """Return where the key is and the public half, as signers.yaml wants it."""

    def text(paint: Paint) -> str:
        return "\n".join(
            [
                f"{paint('private key', Role.STRONG)}  {path}  (keep it to yourself)",
                f"{paint('public key', Role.STRONG)}   {public_key}",
            ]
        )

    document = {
        "schema": "companyos.key/v1",
        "private_key_file": str(path),
        "public_key": public_key,
    }
    step = "add the public key to config/signers.yaml and commit it"
    return Answer(text=text, document=document, next_step=step)


def _passphrase(session: Session) -> bytes:
    from companyos_cli import wiring

    given = wiring.environment("COMPANYOS_KEY_PASSPHRASE")
    if given is not None:
        return given.encode()
    first = session.console.secret("passphrase for the new key")
    if first != session.console.secret("the same again"):
        raise UsageError("the two passphrases differ", hint="try again")
    if not first:
        raise UsageError(
            "an empty passphrase protects nothing",
            hint="pass `--no-passphrase` to write the key in the clear",
        )
    return first.encode()
