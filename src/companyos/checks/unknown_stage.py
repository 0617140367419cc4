"""Stages that are named exist; a stage comes after one that is written above it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, StageFacts, Word
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-stage",
    Severity.ERROR,
    "a tenant, a stage or a signer names an unknown stage",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each stage that is named and not declared, or not declared above."""
    if facts.stages is None:
        return
    names = Names(
        "stage",
        "declare it in `config/stages.yaml`",
        declared(stage.name for stage in facts.stages),
    )
    uses = [tenant.env for tenant in facts.tenants]
    uses += [stage.after for stage in facts.stages if stage.after]
    uses += _granted(facts)
    yield from unknown(CHECK, uses, names)
    yield from _out_of_order(facts.stages)


def _granted(facts: Facts) -> list[Word]:
    """Return the stages that grants such as `promote:staging` name."""
    grants = [grant for each in _signers(facts) for grant in each]
    parts = [(grant, grant.text.partition(":")[2]) for grant in grants]
    return [grant._replace(text=stage) for grant, stage in parts if stage.strip("*")]


def _signers(facts: Facts) -> list[tuple[Word, ...]]:
    return [each.may for each in facts.signers.signers] if facts.signers else []


def _out_of_order(stages: tuple[StageFacts, ...]) -> Iterator[Finding]:
    above: set[str] = set()
    all_names = {stage.name.text for stage in stages}
    for stage in stages:
        after = stage.after
        if after and after.text in all_names and after.text not in above:
            yield CHECK.finding(
                after,
                f"stage `{after.text}` is not written above `{stage.name.text}`",
                label="comes later, or is this one",
                hint="write the stages in the order of promotion",
            )
        above.add(stage.name.text)
