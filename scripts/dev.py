"""Run the project's tasks on a machine that has Python 3.11 and Git and nothing else.

`python3 scripts/dev.py help` lists the tasks; `make` says the same words. The first
task of a group installs that group's lock file into `.venv` beside `pyproject.toml`,
with `uv` where it is on the PATH, else with the `venv` and `pip` that Python brings.

A finished installation is remembered by a digest in `.venv/.companyos-<group>`, removed
before anything is installed and written last, so an interrupted one is repeated. Only
the standard library is imported, and the syntax is old enough for an old Python to read
the sentence that refuses it.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 — an old Python may start this file
    sys.exit("companyos needs Python 3.11 or later; this is " + sys.version.split()[0])

import hashlib
import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lockfiles
from lockfiles import GROUPS

EVERYDAY = "not slow and not oracle"


class TaskError(Exception):
    """A task that cannot go on; the message is for the person at the terminal."""


@dataclass(frozen=True)
class Checkout:
    """A checkout of the project and the virtual environment inside it."""

    root: Path

    @property
    def venv(self) -> Path:
        """Return where the virtual environment is, or will be."""
        return self.root / ".venv"

    def program(self, name: str) -> str:
        """Return the path of a program of the virtual environment."""
        folder, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
        return str(self.venv / folder / (name + suffix))

    def stamp(self, group: str) -> Path:
        """Return the file that remembers a finished installation of `group`."""
        return self.venv / (".companyos-" + group)

    def fingerprint(self, group: str) -> str:
        """Return a digest of all that an installation of `group` is made from.

        The project's own table counts because it holds the entry points, the place
        because an editable installation breaks when the checkout is moved.
        """
        pyproject = tomllib.loads((self.root / "pyproject.toml").read_text("utf-8"))
        project = json.dumps(pyproject["project"], sort_keys=True).encode()
        lock = lockfiles.lock_file(self.root, group).read_bytes()
        parts = (lock, project, os.fsencode(self.root))
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def is_installed(self, group: str) -> bool:
        """Tell whether `group` was installed to the end, from today's lock."""
        try:
            return self.stamp(group).read_text("ascii") == self.fingerprint(group)
        except FileNotFoundError:
            return False

    def run(self, *command: str) -> int:
        """Run a program at the root and return its exit status, as a shell would."""
        # An empty HOME sends some programs to `/`; an unset one is looked up instead.
        env = {k: v for k, v in os.environ.items() if k != "HOME" or v}
        sys.stdout.flush()
        status = subprocess.run(command, cwd=self.root, env=env, check=False).returncode
        return status if status >= 0 else 128 - status


def prepare(checkout: Checkout, group: str, *, uv: str | None) -> None:
    """Install the lock file of `group` and the checkout itself, unless that is done.

    Raises:
        TaskError: when a step of the installation fails.
    """
    if checkout.is_installed(group):
        return
    lock = lockfiles.lock_file(checkout.root, group)
    count = sum(line[:1].isalnum() for line in lock.read_text("utf-8").splitlines())
    pace = "about a minute" if uv is None else "with uv, some seconds"
    print(f"installing {count} packages into .venv, {pace} (requirements/{lock.name})")
    for known in GROUPS:
        checkout.stamp(known).unlink(missing_ok=True)
    for command in install_commands(checkout, group, uv=uv):
        status = checkout.run(*command)
        if status:
            raise TaskError(f"`{' '.join(command)}` ended with status {status}")
    for included in GROUPS[: GROUPS.index(group) + 1]:
        checkout.stamp(included).write_text(checkout.fingerprint(included), "ascii")


def install_commands(
    checkout: Checkout, group: str, *, uv: str | None
) -> list[tuple[str, ...]]:
    """Return the commands that install `group`, in order."""
    python = checkout.program("python")
    installer = (python, "-m", "pip", "install", "--disable-pip-version-check")
    if uv is not None:
        installer = (uv, "pip", "install", "--python", python)
    lock = str(lockfiles.lock_file(checkout.root, group))
    commands = [
        (*installer, "--quiet", "--require-hashes", "-r", lock),
        (*installer, "--quiet", "--no-deps", "--no-build-isolation", "-e", "."),
    ]
    if not is_usable(python, "pip" if uv is None else "sys"):
        without_pip = () if uv is None else ("--without-pip",)
        create = (sys.executable, "-m", "venv", "--clear", *without_pip)
        commands.insert(0, (*create, str(checkout.venv)))
    return commands


def is_usable(python: str, module: str) -> bool:
    """Tell whether `python` is there, new enough, and has `module`."""
    probe = f"import sys, {module}; sys.exit(sys.version_info < (3, 11))"
    command = (python, "-c", probe)
    try:
        return not subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        return False


def demo(checkout: Checkout, arguments: Sequence[str]) -> int:
    """See it work: a release is built, signed, promoted, refused and rolled back."""
    return checkout.run(checkout.program("companyos"), "demo", *arguments)


def test(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Run the everyday tests; what follows goes to pytest."""
    return test_all(checkout, ("-m", EVERYDAY, *arguments))


def test_all(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Run every test, also slow ones and those against other implementations."""
    # One process more than processors: tests wait for services and Git now and then.
    pytest = (
        checkout.program("python"),
        "-m",
        "pytest",
        "-q",
        f"--numprocesses={(os.cpu_count() or 1) + 1}",
        "--dist=worksteal",
    )
    return checkout.run(*pytest, *arguments)


def check(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Check form, rules, types, import contracts, and that the lock is in step."""
    if arguments:
        raise TaskError("`check` takes no arguments: it always checks everything")
    steps = ("ruff format --check", "ruff check", "mypy", "lint-imports --no-logo")
    failed = []
    for step in steps:
        program, *options = step.split()
        if checkout.run(checkout.program(program), *options):
            failed.append(f"`{step}`")
    if not lockfiles.are_in_step(checkout.root):
        failed.append("the lock: run `python3 scripts/dev.py lock`")
    print("check failed: " + ", ".join(failed) if failed else "check passed")
    return int(bool(failed))


def fix(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Mend what can be mended by rule: imports, simple findings, form."""
    ruff = checkout.program("ruff")
    linted = checkout.run(ruff, "check", "--fix", *arguments)
    return checkout.run(ruff, "format", *arguments) or linted


def bench(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Run the benchmarks; what follows names those that are wanted."""
    python = checkout.program("python")
    return checkout.run(python, "benchmarks/run.py", *arguments)


def lock(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Resolve again and write requirements/*.txt; what follows goes to uv."""
    uv = shutil.which("uv") or shutil.which(checkout.program("uv"))
    if uv is None:
        raise TaskError("`lock` needs uv: install it, or run `check` once, which does")
    return lockfiles.resolve(checkout.root, uv, arguments)


Task = Callable[[Checkout, Sequence[str]], int]
TASKS: Mapping[str, tuple[str | None, Task]] = {
    "demo": ("run", demo),
    "test": ("test", test),
    "test-all": ("check", test_all),
    "check": ("check", check),
    "fix": ("check", fix),
    "bench": ("bench", bench),
    "lock": (None, lock),
}
"""Each task and the group it needs; `lock` must run even where no lock installs."""


def usage() -> str:
    """Return the list of tasks."""
    head = "usage: make TASK   or: python3 scripts/dev.py TASK [ARGUMENT ...]\n"
    return "\n".join([head, *(f"  {n:<10}{t.__doc__}" for n, (_, t) in TASKS.items())])


def main(arguments: Sequence[str]) -> int:
    """Run one task and return its exit status."""
    name, *rest = arguments or ["help"]
    if name in {"help", "-h", "--help"}:
        print(usage())
        return 0
    if name not in TASKS:
        print(f"error: unknown task `{name}`\n\n{usage()}", file=sys.stderr)
        return 2
    group, task = TASKS[name]
    checkout = Checkout(Path(__file__).resolve().parent.parent)
    try:
        if group is not None:
            prepare(checkout, group, uv=shutil.which("uv"))
        return task(checkout, rest)
    except TaskError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
