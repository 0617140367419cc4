"""Lets a file begin with the line that tells editors its schema."""

from __future__ import annotations

from companyos.config.edits.rewrite import Rewrite
from companyos.config.edits.spans import Layout
from companyos.config.fixes.proposal import Files, Proposal, one
from companyos.config.kinds import kind_of_path, modeline
from companyos.findings import Finding

_BEGINNING = "# yaml-language-server:"


def propose(finding: Finding, files: Files) -> Proposal | None:
    """Propose to replace a wrong line, or to write the line where there is none."""
    source = files.source(finding.place.file)
    kind = kind_of_path(finding.place.file)
    if source is None or kind is None:
        return None
    layout = Layout(source)
    wanted = modeline(kind)
    if source.text.startswith(_BEGINNING):
        edit = layout.edit(0, layout.line_end(0), wanted)
    else:
        edit = layout.edit(0, 0, wanted + layout.newline)
    return one(Rewrite(source.path, (edit,)), "begin with the schema", safe=True)
