"""Takes tabs, lone carriage returns and invisible characters out of a file.

Where they mean nothing, that is: the value has to stay, which the rewrite proves.
"""

from __future__ import annotations

import re

from companyos.config.edits.rewrite import Rewrite, UnprovenError, rewritten
from companyos.config.edits.spans import Lines
from companyos.config.fixes.proposal import Files, Proposal
from companyos.config.yaml_bytes import UNSAFE
from companyos.findings import Finding

# Nothing is tried twice, however many tabs a hostile file holds.
_SPACES = re.compile(r"(?<![ \t]) *+\t[ \t]*+(?=\r?\n|\Z)|\r(?!\n)|\t")


def propose(finding: Finding, files: Files) -> Proposal | None:
    """Propose to replace all such characters, or else the tabs and returns alone."""
    file = finding.place.file
    text = files.text(file)
    if text is None:
        return None
    spaces = _rewrite(file, text, _SPACES)
    others = re.compile(f"{_SPACES.pattern}|{UNSAFE.pattern}")
    for rewrite in (_rewrite(file, text, others), spaces):
        if rewrite.edits and _holds(text, rewrite):
            title = "replace characters that are not allowed"
            return Proposal(title, safe=True, rewrites=(rewrite,))
    return None


def _rewrite(file: str, text: str, pattern: re.Pattern[str]) -> Rewrite:
    lines = Lines(text)
    edits = [
        lines.edit(file, found.start(), found.end(), _instead(text, found))
        for found in pattern.finditer(text)
    ]
    return Rewrite(file, tuple(edits))


def _instead(text: str, found: re.Match[str]) -> str:
    if found.group() == "\r":
        return "\n"
    is_last = text[found.end() : found.end() + 1] in {"", "\n", "\r"}
    return " " if found.group() == "\t" and not is_last else ""


def _holds(text: str, rewrite: Rewrite) -> bool:
    try:
        rewritten(text, rewrite)
    except UnprovenError:
        return False
    return True
