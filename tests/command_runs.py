"""Runs `companyos` in processes of its own, and says what each left.

Most of the half second a command takes is importing. So the processes are forked from
one that has imported it already: arguments, directory, environment, streams and exit
status are those of a command that was started by itself.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import companyos_cli
from companyos.digests import JSONObject
from companyos_cli.app import main
from companyos_cli.commands import COMMANDS, modules_of

SECONDS_MAX = 60.0
_SOURCE = Path(companyos_cli.__file__).parents[1]
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "command_runs",
        "companyos.config.condition_grammar",
        "companyos.config.fixes.registry",
        "companyos.config.invariants",
        "companyos.config.models",
        "companyos.config.schema_rust",
        "companyos.diff.comparison",
        "companyos.gitstore",
        "companyos.identity.backends.static",
        "companyos.identity.opening",
        "companyos.signing.bundles",
        "companyos_cli.answering",
        "companyos_cli.auditing",
        "companyos_cli.building",
        *(module for name in COMMANDS for module in modules_of(name)),
        "companyos_cli.planning",
        "companyos_cli.scaffolding",
        "companyos_cli.snapshots",
        "companyos_cli.starting",
        "companyos_cli.syncing",
        "companyos_cli.validating",
        "companyos_cli.verifying",
        "git.cmd",
    ]
)


@dataclass(frozen=True, slots=True)
class Run:
    """What a command left: its exit status (negative for a signal) and its words."""

    status: int
    out: str
    err: str

    def json(self) -> JSONObject:
        """Return the answer, which is one JSON object and nothing else."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def environment(**variables: str) -> dict[str, str]:
    """Return all that a command gets: no home, and a Git without settings."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_SOURCE),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **variables,
    }


def companyos(
    where: Path, *words: str | Path, env: Mapping[str, str] | None = None
) -> Run:
    """Run a command in a directory and return what it left."""
    with tempfile.TemporaryDirectory(prefix="companyos-run-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _CONTEXT.Process(
            target=_run,
            args=([str(word) for word in words], where, env or environment()),
            kwargs={"out": out, "err": err},
        )
        process.start()
        process.join(SECONDS_MAX)
        process.kill()
        process.join()
        assert process.exitcode is not None
        return Run(process.exitcode, _text(out), _text(err))


def started(
    where: Path,
    *words: str | Path,
    program: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start a command from nothing, as a shell does, and do not wait for it."""
    head = ["-m", "companyos_cli"] if program is None else [str(program)]
    return subprocess.Popen(
        [sys.executable, *head, *map(str, words)],
        cwd=where,
        env=env or environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> Run:
    """Wait for a command that was started, and return what it left."""
    try:
        out, err = process.communicate(timeout=SECONDS_MAX)
    finally:
        process.kill()
    return Run(process.returncode, out, err)


def _run(
    words: list[str], where: Path, env: Mapping[str, str], *, out: Path, err: Path
) -> None:
    os.chdir(where)
    os.environ.clear()
    os.environ.update(env)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
    sys.argv = ["companyos", *words]
    main()


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
