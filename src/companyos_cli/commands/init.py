"""`companyos init`: start a repository that is ready for its first release."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer

from companyos.errors import UsageError
from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Answer, Output, Paint, Role
from companyos_cli.session import session_of


@app.command(rich_help_panel="Set up")
def init(
    ctx: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Where.  [default: here]")
    ] = None,
    *,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Write an example desired state, its schemas and a signing key.

    The folder becomes a Git repository if it is none. Nothing is committed: look at
    what was written first.
    """
    session = session_of(ctx, output)
    root = folder or session.repo or Path.cwd()
    if (root / "config").exists():
        raise UsageError(
            f"`{root / 'config'}` is there already, and nothing is overwritten",
            hint="run `companyos validate` to check it",
        )
    root.mkdir(parents=True, exist_ok=True)
    git_folder = _git_folder(root)
    written = write_desired_state(root, git_folder)
    session.finish(_answer(root, written))


def write_desired_state(root: Path, git_folder: Path) -> list[str]:
    """Write config/, schemas/ and a key of this clone's own; return the paths.

    Editors are told of the schemas, unless they have settings here already.
    """
    from companyos.config import editor_settings, schemas
    from companyos.signing.keys import (
        generate_key,
        public_key_text,
    )
    from companyos_cli import scaffolding
    from companyos_cli.commands.keys import write_private

    key = generate_key()
    write_private(git_folder / "companyos" / "key.pem", key, phrase=None)
    files = dict(
        scaffolding.for_owner(public_key_text(key), log_branch=_log_branch(root))
    )
    files |= {f"schemas/{name}": data for name, data in schemas.export().items()}
    if not (root / editor_settings.PATH).exists():
        files[editor_settings.PATH] = editor_settings.editor_settings()
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return sorted(files)


def _git_folder(root: Path) -> Path:
    """Return the repository's own folder, after making one where there is none."""
    # A folder inside another repository gets one of its own: the log's paths and the
    # key belong to one repository's root.
    if Path(_git(root, "rev-parse", "--show-toplevel") or "/") != root.resolve():
        _git(root, "init", "--quiet", "--initial-branch", "main")
    found = _git(root, "rev-parse", "--absolute-git-dir")
    if not found:
        raise UsageError(f"git can make no repository in `{root}`")
    return Path(found)


def _log_branch(root: Path) -> str:
    """Return `main` where there is a remote to race for it, else a branch of its own.

    Without a remote the log is written straight to its branch, which must not be the
    one that is checked out.
    """
    return "main" if _git(root, "remote") else "releases"


def _git(root: Path, *arguments: str) -> str:
    """Return what git says, or nothing where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and a folder
            ["git", *arguments],  # noqa: S607 - the one on PATH
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("there is no `git` to run", hint="install git") from error
    return done.stdout.strip() if done.returncode == 0 else ""


def _answer(root: Path, written: list[str]) -> Answer:
    def text(paint: Paint) -> str:
        return "\n".join(
            [
                f"{paint('wrote', Role.SUCCESS)} {len(written)} files in {root}:",
                "  config/    tenants, policies, flags and how they are released",
                "  schemas/   what editors check them against; .vscode/ tells them so",
                "and a key for this clone in .git/companyos/key.pem, not encrypted",
            ]
        )

    return Answer(
        text=text,
        document={
            "schema": "companyos.init/v1",
            "root": str(root),
            "files": written,
        },
        next_step="git add .vscode config schemas && git commit -m 'desired state' && "
        "companyos trust init",
    )
