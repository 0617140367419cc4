"""Quotes a value that is meant as text, where readers of YAML might differ or do."""

from __future__ import annotations

from companyos.checks.pointers import Path
from companyos.config.edits.changes import Replaced, value_at
from companyos.config.edits.rewrite import Rewrite
from companyos.config.edits.scalars import quoted, written
from companyos.config.edits.spans import Layout
from companyos.config.fixes.proposal import Files, Proposal, found_at, one
from companyos.config.yaml_scalars import resolve
from companyos.config.yaml_source import Source
from companyos.findings import Finding


def propose_for_type(finding: Finding, files: Files) -> Proposal | None:
    """Propose quotes where text was expected and a number or boolean found."""
    found = found_at(finding, files)
    if found is None or "a string" not in finding.expected:
        return None
    source, path = found
    value = value_at(source.value, path)
    if source.marks.at(path).style or not isinstance(value, bool | int | float):
        return None
    layout = Layout(source)
    start, end = layout.lines.extent(source.marks.at(path).span)
    text = layout.text[start:end]
    edit = layout.edit(start, end, quoted(text))
    rewrite = Rewrite(source.path, (edit,), (Replaced(path, text),))
    return one(rewrite, f"quote `{text[:40]}`", safe=True)


def propose_for_ambiguous(finding: Finding, files: Files) -> Proposal | None:
    """Propose quotes for text; a number is written as all readers take it.

    The latter is not safe: perhaps text was meant.
    """
    found = found_at(finding, files)
    if found is None:
        return None
    source, path = found
    value = resolve(finding.value)
    layout = Layout(source)
    start, end = _extent(layout, source, path, finding)
    if layout.text[start:end] != finding.value:
        return None
    is_text = isinstance(value, str)
    new = quoted(finding.value) if is_text else written(value)
    rewrite = Rewrite(source.path, (layout.edit(start, end, new),))
    title = f"quote `{finding.value[:40]}`" if is_text else f"write `{new}`"
    return one(rewrite, title, safe=is_text)


def _extent(
    layout: Layout, source: Source, path: Path, finding: Finding
) -> tuple[int, int]:
    """Return where the scalar is: at the finding's place, a key's or a value's."""
    start = layout.lines.offset(finding.place.line, finding.place.column)
    marks = source.marks.at(path)
    if start == layout.start(marks):
        return layout.lines.extent(marks.span)
    return start, start + len(finding.value)
