"""Run every benchmark beside this file, each in a process of its own: `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SHARED = {"run", "timing", "worlds"}


def modules() -> list[str]:
    """Return the benchmarks there are."""
    return sorted({path.stem for path in FOLDER.glob("*.py")} - SHARED)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all, and return the worst status."""
    unknown = set(names) - set(modules())
    if unknown:
        sys.exit(f"there is no benchmark {', '.join(sorted(unknown))}: {modules()}")
    worst = 0
    for name in names or modules():
        print(f"== {name}", flush=True)
        command = (sys.executable, str(FOLDER / f"{name}.py"))
        done = subprocess.run(command, check=False)  # noqa: S603 - our own programs
        worst = max(worst, done.returncode)
        print(flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
