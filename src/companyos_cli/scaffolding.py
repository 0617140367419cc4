"""The desired state a new repository starts with: the three example tenants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

_PUBLIC_KEY = re.compile(r"(?m)^(\s+public_key: ).*$")
_LOG_BRANCH = re.compile(r"(?m)^(\s+branch: ).*$")


def files() -> Mapping[str, bytes]:
    """Return the example `config/`, path to bytes."""
    folder = resources.files("companyos_cli").joinpath("scaffold")
    return dict(_walk(folder.joinpath("config"), "config"))


def for_owner(public_key: str, *, log_branch: str) -> Mapping[str, bytes]:
    """Return the example with one owner's key in it and the log on a given branch."""
    found = dict(files())
    signers, stages = "config/signers.yaml", "config/stages.yaml"
    found[signers] = _replaced(_PUBLIC_KEY, found[signers], public_key)
    found[stages] = _replaced(_LOG_BRANCH, found[stages], log_branch)
    return found


def _replaced(pattern: re.Pattern[str], data: bytes, value: str) -> bytes:
    text, count = pattern.subn(rf"\g<1>{value}", data.decode())
    if count != 1:
        raise AssertionError(f"the scaffold holds {pattern.pattern} {count} times")
    return text.encode()


def _walk(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    rows: list[tuple[str, bytes]] = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        inner = f"{path}/{item.name}"
        rows += _walk(item, inner) if item.is_dir() else [(inner, item.read_bytes())]
    return rows
