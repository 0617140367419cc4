"""`companyos validate` beside programs that check the same files' schemas only.

All are run as a person would, several times in turn; the least of the rounds counts, in
processor time and in time by the clock. Peers take one schema a run, so theirs is the
sum of a run for each kind of file. They are installed into a temporary folder.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from desired_state_generator import TODAY, Size, generate, write  # noqa: E402

COMPARED = Size(tenants=10_000, bundles=500, flags=2_000)
SIZES = (1_000, 10_000, 50_000)
ROUNDS = 3
FOLDERS = {"tenants": "tenant", "policies": "policy", "flags": "flag"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: seconds by the clock and of processors, and MB at its peak."""

    wall: float
    cpu: float
    peak: float

    def least(self, other: Cost) -> Cost:
        """Return the better of two runs, each figure for itself."""
        return Cost(
            min(self.wall, other.wall),
            min(self.cpu, other.cpu),
            max(self.peak, other.peak),
        )


def run(command: Sequence[str], *, cwd: Path) -> Cost:
    """Run a program to its end, whatever it answers."""
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - programs of our own choosing
        command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    wall = time.perf_counter() - start
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def ours(root: Path, *arguments: str) -> Cost:
    """Run `companyos validate`."""
    program = Path(sys.executable).with_name("companyos")
    day = ("--today", TODAY.isoformat())
    return run([str(program), "validate", *day, *arguments], cwd=root)


def warm(root: Path, turn: int) -> Cost:
    """Run `companyos validate` after one file has changed since the last run."""
    (region, bundle, default)[turn % 3](root)
    return ours(root)


def region(root: Path) -> None:
    """Move a tenant into another data region."""
    path = files(root, "tenants")[0]
    is_in_eu = b"data_region: eu" in path.read_bytes()
    change(path, rb"data_region: .*", b"data_region: " + (b"us" if is_in_eu else b"eu"))


def bundle(root: Path) -> None:
    """Let a tenant have another policy bundle; both bundles have other tenants too."""
    path = files(root, "tenants")[1]
    names = [each.stem.encode() for each in files(root, "policies")[:2]]
    other = names[names[0] in path.read_bytes()]
    change(path, rb"policy_bundle_ref: .*", b"policy_bundle_ref: " + other)


def default(root: Path) -> None:
    """Turn a flag's default around."""
    path = files(root, "flags")[0]
    is_on = b"\ndefault: true" in path.read_bytes()
    change(path, rb"\ndefault: .*", b"\ndefault: " + (b"false" if is_on else b"true"))


def change(path: Path, pattern: bytes, text: bytes) -> None:
    """Change one place of a file."""
    path.write_bytes(re.sub(pattern, text, path.read_bytes(), count=1))


def peer(root: Path, command: Callable[[str, str], Sequence[str]]) -> Cost:
    """Run a program once for each kind of file, and add up."""
    costs = [run(command(folder, kind), cwd=root) for folder, kind in FOLDERS.items()]
    return Cost(
        sum(each.wall for each in costs),
        sum(each.cpu for each in costs),
        max(each.peak for each in costs),
    )


def peers(folder: Path, root: Path) -> Mapping[str, Callable[[], Cost]]:
    """Install the peers that can be had here, and return how each is run."""
    found: dict[str, Callable[[], Cost]] = {}
    if checker := installed_checker(folder):
        found["check-jsonschema"] = lambda: peer(
            root,
            lambda name, kind: [
                checker,
                "--schemafile",
                str(ROOT / "schemas" / f"{kind}.schema.json"),
                *(f"config/{name}/{each.name}" for each in files(root, name)),
            ],
        )
    if ajv := installed_ajv(folder):
        found["ajv-cli"] = lambda: peer(
            root,
            lambda name, kind: [
                *(ajv, "validate", "--spec=draft2020", "--strict=false"),
                *("-s", str(ROOT / "schemas" / f"{kind}.schema.json")),
                *("-d", f"config/{name}/*.yaml"),
            ],
        )
    return found


def files(root: Path, name: str) -> list[Path]:
    """Return the files of one kind."""
    return sorted((root / "config" / name).iterdir())


def installed_checker(folder: Path) -> str | None:
    """Install check-jsonschema and return its program, None where that fails."""
    environment = folder / "venv"
    pip = [str(environment / "bin" / "pip"), "install", "--quiet", "check-jsonschema"]
    steps = [[sys.executable, "-m", "venv", str(environment)], pip]
    is_there = all(succeeds(step, "check-jsonschema") for step in steps)
    return str(environment / "bin" / "check-jsonschema") if is_there else None


def installed_ajv(folder: Path) -> str | None:
    """Install ajv-cli and return its program, None where that fails."""
    npm = ["npm", "install", "--loglevel=error", "--prefix", str(folder), "ajv-cli"]
    is_there = succeeds(npm, "ajv-cli")
    return str(folder / "node_modules" / ".bin" / "ajv") if is_there else None


def succeeds(command: Sequence[str], peer: str) -> bool:
    """Return whether a program ends well; if not, tell why a peer is left out."""
    try:
        done = subprocess.run(  # noqa: S603 - programs of our own choosing
            command, capture_output=True, text=True, check=False
        )
    except OSError as error:
        print(f"without {peer}: {error}", flush=True)
        return False
    if done.returncode:
        print(f"without {peer}: {done.stderr.strip()}", flush=True)
    return not done.returncode


def make_repository(root: Path) -> None:
    """Make a Git repository, where the command keeps what it has found."""
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)  # noqa: S603, S607


def compare(folder: Path, rounds: int) -> None:
    """Print all contestants on the same files, and how often the last fits in each."""
    root = folder / "compared"
    write(generate(1, COMPARED), root)
    make_repository(root)
    turns = itertools.count()
    contestants: dict[str, Callable[[], Cost]] = {
        "companyos, 1 process": lambda: ours(root, "--no-cache", "--jobs", "1"),
        "companyos, 2 processes": lambda: ours(root, "--no-cache", "--jobs", "2"),
        "companyos, one file changed": lambda: warm(root, next(turns)),
        **peers(folder, root),
    }
    ours(root)
    best: dict[str, Cost] = {}
    for _ in range(rounds):
        for name, contest in contestants.items():
            cost = contest()
            best[name] = cost.least(best.get(name, cost))
    show(best, sum(len(files(root, name)) for name in FOLDERS))


def show(best: Mapping[str, Cost], count: int) -> None:
    """Print the table, with ratios to the slowest peer there is."""
    other = best.get("check-jsonschema")
    head = f"{count} files"
    print(f"{head:30}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}{'wall x':>9}{'cpu x':>9}")
    for name, cost in best.items():
        line = f"{name:30}{cost.wall:9.2f}{cost.cpu:9.2f}{cost.peak:9.0f}"
        if other is not None:
            line += f"{other.wall / cost.wall:9.1f}{other.cpu / cost.cpu:9.1f}"
        print(line, flush=True)


def scale(folder: Path, rounds: int) -> None:
    """Print what one file costs, the more of them there are, without the start.

    The start is what a `config/` without any file takes.
    """
    start = started(folder, rounds)
    print(f"\nstart {start.wall:.2f} s by the clock, {start.cpu:.2f} s of processors")
    heads = ("files", "wall s", "cpu s", "µs each", "warm cpu", "µs each", "peak MB")
    print("".join(f"{head:>9}" for head in heads))
    for count in SIZES:
        root = folder / f"of-{count}"
        bundles, flags = count // 25, count // 6
        write(generate(1, Size(count - bundles - flags, bundles, flags)), root)
        make_repository(root)
        cold = [ours(root, "--no-cache") for _ in range(rounds)]
        ours(root)
        again = [warm(root, turn) for turn in range(rounds)]
        first, later = least(cold), least(again)
        each = (first.cpu - start.cpu) / count * 1e6
        each_later = (later.cpu - start.cpu) / count * 1e6
        line = f"{count:9}{first.wall:9.2f}{first.cpu:9.2f}{each:9.0f}"
        line += f"{later.cpu:9.2f}{each_later:9.1f}{max(first.peak, later.peak):9.0f}"
        print(line, flush=True)


def started(folder: Path, rounds: int) -> Cost:
    """Return what it takes to find that there is no file."""
    root = folder / "of-none"
    (root / "config").mkdir(parents=True)
    return least([ours(root) for _ in range(rounds + 2)])


def least(costs: Sequence[Cost]) -> Cost:
    """Return the best of several runs, each figure for itself."""
    best, *others = costs
    for other in others:
        best = best.least(other)
    return best


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="companyos validate beside peers")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--compared-only", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="companyos-bench-") as name:
        compare(Path(name), told.rounds)
        if not told.compared_only:
            scale(Path(name), told.rounds)


if __name__ == "__main__":
    main()
