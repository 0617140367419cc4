"""What a run keeps: each file's result, and what there was to find in all of them.

A file that has not been touched is known by its stamp, as in Git's own index; one that
was young when it was read, by its blob id alone. The state names the stamps of all
files that it was made of, and a file's result is taken only with a stamp named there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, cast

from companyos.checks.facts import Broken
from companyos.conditions.tree import Node
from companyos.conditions.wire import from_wire, to_wire
from companyos.config.record_codec import Codec
from companyos.config.sources import Stamp
from companyos.digests import JSONValue
from companyos.findings import Finding

SETTLED_NS = 2_000_000_000
"""A file younger than this when it was read may change without its stamp changing."""


class Row(NamedTuple):
    """One file's result as JSON, and the line that tells of which bytes it was made."""

    line: str
    blob: str
    result: str

    def data(self) -> bytes:
        """Return the row as it is kept."""
        return "\0".join(self).encode("utf-8", "surrogatepass")


def row_from(data: bytes) -> Row:
    """Return a row as it was kept.

    Raises:
        ValueError: it is none.
    """
    line, blob, result = data.decode("utf-8", "surrogatepass").split("\0")
    return Row(line, blob, result)


def lasting_line(path: str, stamp: Stamp, blob: str, *, now_ns: int) -> str:
    """Return how a file is named that was read now: young ones by their bytes."""
    modified, changed, _ = stamp.split(" ", 2)
    if max(int(modified), int(changed)) < now_ns - SETTLED_NS:
        return stamp
    return f"{blob} - - - {path}"


def path_in(line: str) -> str:
    """Return the path of the file that a line names."""
    return line.split(" ", 4)[-1]


def blob_id(data: bytes) -> str:
    """Return the id that Git gives to these bytes."""
    header = b"blob %d\0" % len(data)
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()


class State(NamedTuple):
    """What was found in all files on one day, and by which files' lines.

    Of `findings` nothing is set aside. `commented` are the files with comments that set
    findings aside; `names` is the index of names, for this machine alone.
    """

    today: date
    lines: frozenset[str]
    findings: tuple[Finding, ...]
    broken: Broken
    commented: tuple[str, ...]
    names: bytes

    def data(self) -> bytes:
        """Return the state as it is kept."""
        broken = self.broken
        lines = "\0".join(self.lines).encode("utf-8", "surrogatepass")
        told = {
            "today": self.today.isoformat(),
            "findings": Codec().findings(self.findings),
            "broken": [
                sorted(each) for each in (broken.tenants, broken.bundles, broken.flags)
            ],
            "commented": self.commented,
            "lines": len(lines),
        }
        head = json.dumps(told, separators=(",", ":")).encode()
        return b"\n".join((head, lines + self.names))


def state_from(data: bytes) -> State:
    """Return a state as it was kept.

    Raises:
        ValueError: it is none; also `TypeError` and `LookupError`.
    """
    head, _, rest = data.partition(b"\n")
    told = cast("Mapping[str, JSONValue]", json.loads(head))
    length = cast("int", told["lines"])
    broken = cast("list[list[str]]", told["broken"])
    return State(
        date.fromisoformat(cast("str", told["today"])),
        frozenset(rest[:length].decode("utf-8", "surrogatepass").split("\0")),
        Codec().findings_again(told["findings"]),
        Broken(*map(frozenset, broken)),
        tuple(cast("list[str]", told["commented"])),
        rest[length:],
    )


def tree_name(catalog: str, written: tuple[str, tuple[str, ...] | None]) -> str:
    """Return the name under which a condition's tree is kept, by the catalogue's blob.

    The condition is told as in `Trees`: its text, and its resources' types.
    """
    return f"tree:{catalog}:{json.dumps(written, separators=(',', ':'))}"


def tree_data(tree: Node) -> bytes:
    """Return a condition's tree as it is kept."""
    return json.dumps(to_wire(tree), separators=(",", ":")).encode()


def tree_from(data: bytes) -> Node:
    """Return a condition's tree as it was kept."""
    return from_wire(cast("JSONValue", json.loads(data)))


def text_and_types(told: str) -> tuple[str, tuple[str, ...] | None]:
    """Return the condition that the end of such a name tells."""
    text, types = cast("tuple[str, list[str] | None]", json.loads(told))
    return text, None if types is None else tuple(types)
