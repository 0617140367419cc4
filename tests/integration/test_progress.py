"""How far a long look is: told to a person at a terminal, and to nobody else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest

import check_cases
from command_runs import companyos, environment
from companyos_cli.console import Console
from companyos_cli.session import Session
from companyos_cli.wiring import PROGRESS_AFTER, reading_progress

VALIDATE = ("validate", "--no-cache", "--jobs", "1", "--today", str(check_cases.TODAY))
AWAY = "\r\x1b[2K"
"""Takes the line away that is shown, so that the next stands in its place."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal: what is written to `stream` is what `read` returns."""

    number: int
    stream: TextIO

    def read(self) -> str:
        """Return all that was written, once whoever wrote has ended."""
        self.stream.close()
        found = b""
        while True:
            try:
                more = os.read(self.number, 65_536)
            except OSError:  # how Linux says that nobody writes any more
                return found.decode()
            if not more:
                return found.decode()
            found += more


@pytest.fixture
def screen() -> Iterator[Screen]:
    """Return a new terminal."""
    reader, writer = os.openpty()
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        yield Screen(reader, stream)
    os.close(reader)


def told(stream: TextIO, *, after_seconds: float) -> None:
    """Tell progress on a stream, so long after the beginning."""
    session = Session(Console(sys.stdout, stream))
    with reading_progress(session) as progress:
        time.sleep(after_seconds)
        progress(64, 128)
        progress(128, 128)


def test_a_person_sees_how_far_it_is_and_at_the_end_nothing(screen: Screen) -> None:
    """Each line takes the place of the last one, and the last is taken away."""
    told(screen.stream, after_seconds=PROGRESS_AFTER)
    lines = ("reading 64 of 128 files", "reading 128 of 128 files", "")
    assert screen.read() == "".join(AWAY + line for line in lines)


def test_what_is_soon_done_shows_nothing(screen: Screen) -> None:
    """A line that flashes by only disturbs."""
    told(screen.stream, after_seconds=0)
    assert screen.read() == ""


def test_a_file_gets_no_progress(tmp_path: Path) -> None:
    """Nor does any other stream that nobody sits before."""
    with (tmp_path / "err").open("w+") as stream:
        told(stream, after_seconds=PROGRESS_AFTER)
        stream.seek(0)
        assert stream.read() == ""


@pytest.mark.slow
def test_a_long_validation_tells_a_terminal_how_far_it_is(
    tmp_path: Path, screen: Screen
) -> None:
    """On stderr, which is the terminal; the answer on stdout is not disturbed."""
    write_large_state(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "companyos_cli", *VALIDATE],
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=screen.stream,
        check=False, text=True,
    )  # fmt: skip
    shown = screen.read()
    assert re.search(r"reading \d+ of \d+ files", shown)
    assert shown.endswith(AWAY)
    piped = companyos(tmp_path, *VALIDATE)
    assert (piped.status, piped.out, piped.err) == (done.returncode, done.stdout, "")


def write_large_state(root: Path) -> None:
    """Write a state of a few files that take long, and then many that do not."""
    files = check_cases.base()
    rules = "".join(
        f"  - id: rule-{number}\n"
        "    effect: allow\n"
        "    roles: [Editor]\n"
        '    actions: ["report:write"]\n'
        f'    when: resource.data_region == "{number}"\n'
        "    reason: one of many\n"
        for number in range(2_000)
    )
    common = files["config/policies/common.yaml"].decode()
    acme = files["config/tenants/acme.yaml"].decode()
    for number in range(10):
        text = common.replace("bundle_id: common", f"bundle_id: large-{number}")
        files[f"config/policies/large-{number}.yaml"] = f"{text}{rules}".encode()
    for number in range(100):
        text = acme.replace("tenant_id: acme", f"tenant_id: acme-{number}")
        files[f"config/tenants/acme-{number}.yaml"] = text.encode()
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
