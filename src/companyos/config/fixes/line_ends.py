"""Lets every line end with a line feed, the last one too, and nothing before it."""

from __future__ import annotations

import re

from companyos.config.edits.rewrite import Rewrite
from companyos.config.edits.spans import Lines
from companyos.config.fixes.proposal import Files, Proposal, one
from companyos.findings import Finding


def propose_line_feeds(finding: Finding, files: Files) -> Proposal | None:
    """Propose to delete each carriage return before a line feed."""
    file = finding.place.file
    text = files.text(file) or ""
    lines = Lines(text)
    edits = tuple(
        lines.edit(file, found.start(), found.start() + 1, "")
        for found in re.finditer("\r\n", text)
    )
    title = "end lines with a line feed alone"
    return one(Rewrite(file, edits), title, safe=True) if edits else None


def propose_final_newline(finding: Finding, files: Files) -> Proposal | None:
    """Propose to end the last line."""
    file = finding.place.file
    text = files.text(file) or ""
    if text.endswith("\n"):
        return None
    new = "\r\n" if "\r\n" in text else "\n"
    edit = Lines(text).edit(file, len(text), len(text), new)
    return one(Rewrite(file, (edit,)), "end the last line", safe=True)
