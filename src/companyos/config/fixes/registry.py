"""Which fix mends which check's findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from companyos.config.fixes import (
    byte_order_mark,
    characters,
    idle_override,
    line_ends,
    meant,
    modeline,
    quoting,
    repeated_item,
    takes_part,
)
from companyos.config.fixes.proposal import Files, Fixes, Proposal
from companyos.config.sources import Sources
from companyos.findings import Finding

_GUESSED = (
    "flag/unknown-prerequisite",
    "flag/unknown-variant",
    "ref/unknown-action",
    "ref/unknown-attribute",
    "ref/unknown-extends",
    "ref/unknown-flag",
    "ref/unknown-owner",
    "ref/unknown-policy",
    "ref/unknown-region",
    "ref/unknown-role",
    "ref/unknown-service",
    "ref/unknown-stage",
    "ref/unknown-tenant",
    "schema/additional-property",
    "schema/enum",
)

FIXES: Fixes = {
    "flag/override-outside": takes_part.propose,
    "flag/override-expired": idle_override.propose,
    "flag/override-redundant": idle_override.propose,
    "schema/type": quoting.propose_for_type,
    "schema/unique-items": repeated_item.propose,
    "yaml/ambiguous-scalar": quoting.propose_for_ambiguous,
    "yaml/bom": byte_order_mark.propose,
    "yaml/character": characters.propose,
    "yaml/crlf": line_ends.propose_line_feeds,
    "yaml/final-newline": line_ends.propose_final_newline,
    "yaml/modeline": modeline.propose,
    **dict.fromkeys(_GUESSED, meant.propose),
}
"""Every fix by the name of the check whose findings it mends."""


def propose(finding: Finding, files: Files) -> Proposal | None:
    """Return how a finding could be mended, None where nobody knows."""
    fix = FIXES.get(finding.check)
    return None if fix is None else fix(finding, files)


def with_fixes(findings: Iterable[Finding], sources: Sources) -> Iterator[Finding]:
    """Yield the findings, those that can be mended with how."""
    files = Files(sources)
    for finding in findings:
        proposal = propose(finding, files)
        yield finding if proposal is None else replace(finding, fix=proposal.fix)
