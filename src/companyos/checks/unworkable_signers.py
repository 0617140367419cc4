"""A table of signers must be one that can be used, and changed again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, SignersFacts, Word
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "signer/unworkable",
    Severity.ERROR,
    "one key stands for two signers, or too few people hold `root`",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each key given twice, and a threshold that nobody can reach."""
    if facts.signers is None:
        return
    yield from _shared_keys(facts.signers)
    roots = {
        signer.person
        for signer in facts.signers.signers
        if any(grant.text == "root" for grant in signer.may)
    }
    if len(roots) < facts.signers.threshold:
        yield CHECK.finding(
            facts.signers.threshold_word,
            f"{len(roots)} hold `root` where {facts.signers.threshold} must agree",
            hint="grant `root` to more people, or lower `root_threshold`",
        )


def _shared_keys(table: SignersFacts) -> Iterator[Finding]:
    first: dict[str, Word] = {}
    for signer in table.signers:
        before = first.setdefault(signer.public_key.text, signer.public_key)
        if before is not signer.public_key:
            yield CHECK.finding(
                signer.public_key,
                f"the key of signer `{signer.id.text}` is another signer's as well",
                label="a second time",
                hint="give each signer a key of its own",
                related=(Related(before.place, "first here"),),
            )
