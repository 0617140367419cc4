"""Runs the tour's commands as separate processes and prints each before its output.

What is printed can be run by hand, in the same folder, with the same result. A command
that ends otherwise than the tour says is a failure of the tour.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from companyos.errors import CompanyosError
from companyos_cli.console import Console, Role

Process: TypeAlias = subprocess.Popen[str]

INDENT = "    "
SERVICES_LOG = "services.log"
WAIT_SECONDS = 10.0


class TourError(CompanyosError):
    """A command of the tour did not do what the tour promised."""


@dataclass
class Performance:
    """One showing of the tour in one folder."""

    folder: Path
    console: Console
    variables: Mapping[str, str]
    processes: list[Process] = field(default_factory=list)
    step: int = 0

    def say(self, title: str) -> None:
        """Begin a step."""
        self.step += 1
        self.console.write_painted(f"\n{self.step}. {title}", Role.STRONG)

    def proved(self, text: str) -> None:
        """End a step with what it showed."""
        self.console.write_painted(f"{INDENT}✓ {text}", Role.SUCCESS)

    def tell(self, text: str) -> None:
        """Say something that is not a command."""
        self.console.write_painted(f"{INDENT}# {text}", Role.FAINT)

    def run(self, line: str, *, status: int = 0) -> str:
        """Run a command line and return what it said.

        Raises:
            TourError: it ended with another status than `status`.
        """
        self.console.write_painted(f"{INDENT}$ {line}", Role.PLACE)
        done = subprocess.run(  # noqa: S603 - lines that this tour wrote
            self._arguments(line),
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._print(done.stdout)
        if status:
            self.console.write_plain(f"{INDENT}(exit {done.returncode})")
        if done.returncode != status:
            raise TourError(
                f"`{line}` ended with {done.returncode}, expected {status}: "
                f"{done.stdout.strip()}"
            )
        return done.stdout

    def start(self, line: str) -> str:
        """Start a command that keeps running; return its first line of output."""
        self.console.write_painted(f"{INDENT}$ {line} &", Role.PLACE)
        process = subprocess.Popen(  # noqa: S603 - lines that this tour wrote
            self._arguments(line),
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=(self.folder / SERVICES_LOG).open("a"),
            text=True,
        )
        self.processes.append(process)
        assert process.stdout is not None  # noqa: S101 - asked for with PIPE
        first = process.stdout.readline()
        if not first:
            raise TourError(f"`{line}` ended before it said anything")
        return first

    def stop(self) -> None:
        """End every process this performance started."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        self.processes.clear()

    def write(self, path: str, text: str) -> None:
        """Write a file of the tour."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str, *, times: int = 1) -> None:
        """Change a passage of a file wherever it stands, and say so.

        Raises:
            TourError: it does not stand there `times` times.
        """
        target = self.folder / path
        text = target.read_text(encoding="utf-8")
        if text.count(old) != times:
            raise TourError(f"`{path}` holds `{old}` {text.count(old)} times")
        target.write_text(text.replace(old, new), encoding="utf-8")
        self.tell(f"in {path}: {old}  →  {new}")

    def _print(self, text: str) -> None:
        lines = [f"{INDENT}{line}" for line in text.rstrip().splitlines()]
        self.console.write_plain("\n".join(lines))

    def _arguments(self, line: str) -> Sequence[str]:
        words = shlex.split(line)
        programs = {
            "companyos": [sys.executable, "-m", "companyos_cli"],
            "python": [sys.executable],
        }
        return [*programs.get(words[0], [words[0]]), *words[1:]]

    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, **self.variables}  # noqa: TID251 - for its children
