"""Edits of one file with what they change of its value, made only if both agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from companyos.config.edits.changes import Change, changed, is_same
from companyos.config.edits.spans import edited
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import parse
from companyos.digests import JSONValue
from companyos.findings import Edit

BOM = "\ufeff"


class UnprovenError(Exception):
    """A rewrite that does not do to the value what it says; it must not be made."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edits of one file. Without `changes` the value must stay as it is."""

    file: str
    edits: tuple[Edit, ...]
    changes: tuple[Change, ...] = ()


def rewritten(text: str, rewrite: Rewrite) -> str:
    """Return the text with the rewrite made, after reading the result.

    Raises:
        UnprovenError: the new text does not say what it should.
    """
    try:
        made = edited(text, rewrite.edits)
    except ValueError as error:
        raise UnprovenError(str(error)) from None
    before, after = _value(rewrite.file, text), _value(rewrite.file, made)
    try:
        for change in rewrite.changes:
            before = changed(before, change)
    except ValueError as error:
        raise UnprovenError(str(error)) from None
    if not is_same(before, after):
        raise UnprovenError("another value would change as well")
    return made


def rewritten_files(
    files: Mapping[str, bytes], rewrites: Iterable[Rewrite]
) -> dict[str, bytes]:
    """Return the files that rewrites change, each with the edits made in order.

    Raises:
        UnprovenError: one of them would not do what it says.
    """
    made: dict[str, bytes] = {}
    for rewrite in rewrites:
        data = made.get(rewrite.file, files.get(rewrite.file, b""))
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise UnprovenError("the file is not UTF-8") from None
        made[rewrite.file] = rewritten(text, rewrite).encode("utf-8")
    return made


def _value(path: str, text: str) -> JSONValue:
    """Return what a text says, whatever characters stand around it."""
    try:
        return parse(path, text.removeprefix(BOM)).value
    except RefusedYamlError as error:
        message = error.message
        raise UnprovenError(f"the file cannot be read: {message}") from None
