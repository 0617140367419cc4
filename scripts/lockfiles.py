"""Make the lock files in `requirements/`, and tell whether they are in step.

One resolution by uv gives all three; each holds the groups before it at the same
versions. They name no package index, so any mirror serves. Only the standard library is
imported; the files are read by `pip` and `uv` alike.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Sequence
from pathlib import Path

GROUPS = ("run", "test", "check", "bench")
"""What may be installed, smallest first."""

ADDED = {
    "run": ("--extra", "services", "--group", "build"),
    "test": ("--group", "test"),
    "check": ("--group", "check"),
    "bench": ("--group", "bench"),
}
"""What each group adds to the one before it, in the words of `uv pip compile`."""

FORM = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
)

COOLDOWN = "7 days"
"""How long a release must have been public before it is locked, unless uv is told."""


def lock_file(root: Path, group: str) -> Path:
    """Return the lock file of `group`."""
    return root / "requirements" / f"{group}.txt"


def resolve(root: Path, uv: str, arguments: Sequence[str]) -> int:
    """Write every lock file and return uv's exit status.

    `arguments` go to the resolution of the largest group, for example `--upgrade`.
    """
    largest = GROUPS[-1]
    env = {"UV_EXCLUDE_NEWER": COOLDOWN, **os.environ}
    for group in reversed(GROUPS):
        target = lock_file(root, group)
        command = compile_command(uv, group, target)
        if group == largest:
            command += tuple(arguments)
        else:
            # uv keeps the versions it finds in its output file, so starting from the
            # largest lock makes each smaller one a part of it.
            shutil.copyfile(lock_file(root, largest), target)
        status = subprocess.run(command, cwd=root, env=env, check=False).returncode
        if status:
            return status
    head = first_line(root)
    for group in GROUPS:
        target = lock_file(root, group)
        target.write_bytes(head.encode() + target.read_bytes())
    return 0


def compile_command(uv: str, group: str, target: Path) -> tuple[str, ...]:
    """Return the `uv` call that resolves `group` for every platform, with hashes."""
    included = GROUPS[: GROUPS.index(group) + 1]
    options = [option for name in included for option in ADDED[name]]
    compile_ = (uv, "pip", "compile", "pyproject.toml", "--quiet")
    return (*compile_, *FORM, *options, "--output-file", str(target))


def first_line(root: Path) -> str:
    """Return the line that begins each lock file and names what it was made from."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    keys = ("requires-python", "dependencies", "optional-dependencies")
    asked = [pyproject["project"].get(key) for key in keys]
    asked.append(pyproject["dependency-groups"])
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return f"# made by `python3 scripts/dev.py lock` from dependencies {digest[:16]}\n"


def are_in_step(root: Path) -> bool:
    """Tell whether every lock file was made from what `pyproject.toml` asks today."""
    head = first_line(root).encode()
    return all(lock_file(root, group).read_bytes().startswith(head) for group in GROUPS)
