"""The whole desired state: every file read, every check run, nothing raised.

Order: bytes, YAML, schema, facts, conditions, then the checks that look over files. The
order of the sources and of the process's hashes changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from companyos.checks import registry
from companyos.checks.choosing import Preferences
from companyos.checks.facts import (
    Broken,
    BundleFacts,
    CatalogFacts,
    Facts,
    FlagFacts,
    PreferenceFacts,
    RegionFacts,
    SignersFacts,
    StageFacts,
    SubjectFacts,
    TenantFacts,
)
from companyos.checks.suppressing import Suppressed
from companyos.conditions.tree import Node
from companyos.config.item_names import Names, named, names_in_record
from companyos.config.kinds import KINDS, Kind, stem_of
from companyos.config.read_file import Again, FileResult, Record, read_file
from companyos.config.set_aside import set_aside
from companyos.config.sources import Sources
from companyos.config.written_conditions import (
    Checked,
    Trees,
    check_conditions,
)
from companyos.digests import JSONObject, JSONValue
from companyos.findings import Finding, Severity, in_order

if TYPE_CHECKING:
    from companyos.config.documents.shared import Shape


@dataclass(frozen=True)
class Loaded:
    """A desired state as it was read.

    `values` are the files that have their kind's shape, by path, None where the value
    was not kept. `trees` are the checked conditions by file and JSON pointer.
    `suppressed` are findings that comments set aside; `preferences` are for reporting.
    """

    facts: Facts
    values: Mapping[str, JSONValue]
    trees: Mapping[tuple[str, str], Node]
    findings: tuple[Finding, ...]
    sources: Sources = field(repr=False)
    suppressed: tuple[Suppressed, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)

    @cached_property
    def documents(self) -> Mapping[str, Shape]:
        """The files that have their kind's shape as models, made when asked for."""
        from companyos.config.models import Documents  # noqa: PLC0415 - slow to load

        return Documents(self.values, self.sources)

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


def assemble(
    results: Iterable[FileResult],
    sources: Sources,
    *,
    today: date,
    known: Trees | None = None,
) -> Loaded:
    """Return the desired state that files, read before, make together.

    `known` are conditions' trees from before, made with the same catalogue.
    """
    by_path = {result.path: result for result in results}
    ordered = [by_path[path] for path in sorted(by_path)]
    found = examine(ordered, sources, today=today, known=known)
    return put_aside(found, ordered, today=today)


def put_aside(found: Loaded, results: Sequence[FileResult], *, today: date) -> Loaded:
    """Return the state without the findings that its files' comments set aside."""
    by_path = {result.path: result for result in results}
    comments = [each for result in results for each in result.suppressions]
    preferred = preferred_in(by_path.get(KINDS[Kind.CHECKS].path))
    told, preferences = set_aside(found.findings, comments, preferred, today=today)
    return replace(
        found,
        findings=told.findings,
        suppressed=told.suppressed,
        preferences=preferences,
    )


def examine(
    results: Sequence[FileResult],
    sources: Sources,
    *,
    today: date,
    known: Trees | None = None,
    seen: Callable[[Facts], Facts] | None = None,
) -> Loaded:
    """Return the state with all findings, by place; nothing is set aside.

    The results are by path. `seen` makes of their facts those that checks see.
    """
    by_path = {result.path: result for result in results}
    catalog = by_path.get(KINDS[Kind.CATALOG].path)
    checked = _conditions(results, catalog, sources, known)
    facts = _facts(results, checked.trees)
    if seen is not None:
        facts = seen(facts)
    findings = [finding for result in results for finding in result.findings]
    findings += checked.findings
    findings += registry.run(facts, today=today)
    findings = named(findings, lambda path: _names_in(by_path.get(path)))
    values = {r.path: r.value for r in results if r.record is not None}
    read = Loaded(facts, values, checked.trees, tuple(findings), sources)
    broken = _broken_invariants(read, by_path)
    return replace(read, findings=in_order([*findings, *broken]))


def _names_in(result: FileResult | None) -> Names:
    return names_in_record(None if result is None else result.record)


def preferred_in(checks: FileResult | None) -> PreferenceFacts | None:
    """Return what the file about checks says, if there is one that is right."""
    record = None if checks is None else checks.record
    return record if isinstance(record, PreferenceFacts) else None


def _broken_invariants(
    loaded: Loaded, by_path: Mapping[str, FileResult]
) -> list[Finding]:
    """Return the invariants that do not hold, where nothing else is wrong."""
    result = by_path.get(KINDS[Kind.INVARIANTS].path)
    catalog = by_path.get(KINDS[Kind.CATALOG].path)
    if result is None or result.record is None or catalog is None or loaded.errors:
        return []
    # Proving needs the compiler and its models, which most states never load here.
    from companyos.config.invariants import broken_in  # noqa: PLC0415

    return broken_in(loaded, result.path, cast("JSONObject", catalog.value))


def _conditions(
    results: Iterable[FileResult],
    catalog: FileResult | None,
    sources: Sources,
    known: Trees | None,
) -> Checked:
    """Return what conditions mean; without a catalogue they mean nothing."""
    if catalog is None or catalog.record is None:
        return Checked()

    conditions = (each for result in results for each in result.conditions)
    value = cast("JSONObject", catalog.value)
    return check_conditions(conditions, value, Again(sources).pieces, known=known)


def _facts(
    results: Sequence[FileResult], trees: Mapping[tuple[str, str], Node]
) -> Facts:
    by_kind = _by_kind(results)
    only = {kind: same[-1].record for kind, same in by_kind.items()}
    return Facts(
        tenants=_records(by_kind[Kind.TENANT], TenantFacts),
        bundles=_records(by_kind[Kind.POLICY], BundleFacts),
        flags=_records(by_kind[Kind.FLAG], FlagFacts),
        catalog=cast("CatalogFacts | None", only.get(Kind.CATALOG)),
        regions=cast("tuple[RegionFacts, ...] | None", only.get(Kind.REGIONS)),
        stages=cast("tuple[StageFacts, ...] | None", only.get(Kind.STAGES)),
        signers=cast("SignersFacts | None", only.get(Kind.SIGNERS)),
        subjects=cast("tuple[SubjectFacts, ...] | None", only.get(Kind.IDENTITY)),
        files=tuple(result.path for result in results),
        broken=_broken_of(by_kind),
        trees=trees,
    )


def broken_in(results: Sequence[FileResult]) -> Broken:
    """Return the names of files of which it is not known what they declare."""
    return _broken_of(_by_kind(results))


_ByKind: TypeAlias = Mapping[Kind | None, list[FileResult]]


def _by_kind(results: Iterable[FileResult]) -> _ByKind:
    found: defaultdict[Kind | None, list[FileResult]] = defaultdict(list)
    for result in results:
        found[result.kind].append(result)
    return found


def _broken_of(by_kind: _ByKind) -> Broken:
    return Broken(
        tenants=_broken(by_kind[Kind.TENANT]),
        bundles=_broken(by_kind[Kind.POLICY]),
        flags=_broken(by_kind[Kind.FLAG]),
    )


RecordT = TypeVar("RecordT")


def _records(results: Sequence[FileResult], kind: type[RecordT]) -> tuple[RecordT, ...]:
    return tuple(r.record for r in results if isinstance(r.record, kind))


def _broken(results: Iterable[FileResult]) -> frozenset[str]:
    named = ((stem_of(result.path), result.record) for result in results)
    return frozenset(name for name, record in named if _declared(record) != name)


def _declared(record: Record | None) -> str | None:
    if isinstance(record, TenantFacts | BundleFacts | FlagFacts):
        return record.id.text
    return None
