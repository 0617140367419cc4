"""The whole desired state: every file read, every check run, nothing raised.

Order: bytes, YAML, schema, facts, then the checks that look over files. The order of
the sources and of the process's hashes changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar, cast

from companyos.checks import registry
from companyos.checks.facts import (
    Broken,
    BundleFacts,
    CatalogFacts,
    Facts,
    FlagFacts,
    RegionFacts,
    SignersFacts,
    StageFacts,
    SubjectFacts,
    TenantFacts,
)
from companyos.conditions.tree import Node
from companyos.config.documents import CatalogDocument
from companyos.config.documents.shared import Shape
from companyos.config.kinds import KINDS, Kind, stem_of
from companyos.config.read_file import FileResult, Record, read_file
from companyos.config.sources import Sources
from companyos.config.written_conditions import check_conditions
from companyos.findings import Finding, Severity, in_order


@dataclass(frozen=True, slots=True)
class Loaded:
    """A desired state as it was read.

    `documents` are the files that have their kind's shape, by path. `trees` are the
    checked conditions by file and JSON pointer. `texts` are for showing places.
    """

    facts: Facts
    documents: Mapping[str, Shape]
    trees: Mapping[tuple[str, str], Node]
    findings: tuple[Finding, ...]
    sources: Sources = field(repr=False)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that make the state unusable."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    def text(self, path: str) -> str:
        """Return a file's text for showing; what is no UTF-8 is replaced."""
        return self.sources.get(path, b"").decode("utf-8", "replace")


def load(sources: Sources, *, today: date) -> Loaded:
    """Return the desired state in `sources` with everything that is wrong with it."""
    results = [read_file(path, sources[path]) for path in sorted(sources)]
    return assemble(results, sources, today=today)


def assemble(results: Iterable[FileResult], sources: Sources, *, today: date) -> Loaded:
    """Return the desired state that files, read before, make together."""
    by_path = {result.path: result for result in results}
    ordered = [by_path[path] for path in sorted(by_path)]
    facts = _facts(ordered)
    findings = [finding for result in ordered for finding in result.findings]
    findings += registry.run(facts, today=today)
    trees: Mapping[tuple[str, str], Node] = {}
    catalog = by_path.get(KINDS[Kind.CATALOG].path)
    if catalog and isinstance(catalog.document, CatalogDocument):
        conditions = [each for result in ordered for each in result.conditions]
        checked = check_conditions(conditions, catalog.document)
        trees = checked.trees
        findings += checked.findings
    documents = {r.path: r.document for r in ordered if r.document is not None}
    return Loaded(facts, documents, trees, in_order(findings), sources)


def _facts(results: list[FileResult]) -> Facts:
    only = {result.kind: result.record for result in results}
    return Facts(
        tenants=_records(results, TenantFacts),
        bundles=_records(results, BundleFacts),
        flags=_records(results, FlagFacts),
        catalog=cast("CatalogFacts | None", only.get(Kind.CATALOG)),
        regions=cast("tuple[RegionFacts, ...] | None", only.get(Kind.REGIONS)),
        stages=cast("tuple[StageFacts, ...] | None", only.get(Kind.STAGES)),
        signers=cast("SignersFacts | None", only.get(Kind.SIGNERS)),
        subjects=cast("tuple[SubjectFacts, ...] | None", only.get(Kind.IDENTITY)),
        files=tuple(result.path for result in results),
        broken=Broken(
            tenants=_broken(results, Kind.TENANT),
            bundles=_broken(results, Kind.POLICY),
            flags=_broken(results, Kind.FLAG),
        ),
    )


RecordT = TypeVar("RecordT")


def _records(results: list[FileResult], kind: type[RecordT]) -> tuple[RecordT, ...]:
    return tuple(r.record for r in results if isinstance(r.record, kind))


def _broken(results: list[FileResult], kind: Kind) -> frozenset[str]:
    """Return the names of files of which it is not known what they declare."""
    return frozenset(
        stem_of(result.path)
        for result in results
        if result.kind is kind and _declared(result.record) != stem_of(result.path)
    )


def _declared(record: Record | None) -> str | None:
    if isinstance(record, TenantFacts | BundleFacts | FlagFacts):
        return record.id.text
    return None
