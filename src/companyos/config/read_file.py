"""One file of the desired state, from bytes to facts: a pure function of both.

So results can be kept by content and made in several processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias, cast

from companyos.checks.facts import (
    BundleFacts,
    CatalogFacts,
    FlagFacts,
    PreferenceFacts,
    RegionFacts,
    SignersFacts,
    StageFacts,
    SubjectFacts,
    TenantFacts,
)
from companyos.checks.pointers import pointer
from companyos.checks.suppressing import Suppression
from companyos.config import facts_of, governing_facts
from companyos.config.file_form import line_ends, unclaimed
from companyos.config.flag_words import without_truths
from companyos.config.item_names import named, names_in_value
from companyos.config.kinds import Kind, kind_of_path, modeline
from companyos.config.marks import Marks, Span
from companyos.config.plain import rows, text, texts
from companyos.config.preferences import preference_facts
from companyos.config.scalar_places import Piece, Pieces, pieces_of
from companyos.config.schema_check import check_schema
from companyos.config.sources import Sources
from companyos.config.suppressions import suppressions_in
from companyos.config.written_conditions import WrittenCondition
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import Source, read
from companyos.digests import JSONObject, JSONValue
from companyos.findings import Finding, Severity

Record: TypeAlias = (
    TenantFacts
    | BundleFacts
    | FlagFacts
    | CatalogFacts
    | SignersFacts
    | PreferenceFacts
    | tuple[RegionFacts, ...]
    | tuple[StageFacts, ...]
    | tuple[SubjectFacts, ...]
)

_RECORDS: Mapping[Kind, Callable[[JSONObject, facts_of.Places], Record]] = {
    Kind.TENANT: facts_of.tenant_facts,
    Kind.POLICY: facts_of.bundle_facts,
    Kind.POLICY_TESTS: lambda _value, _places: (),  # `policy test` looks at them
    Kind.FLAG: facts_of.flag_facts,
    Kind.CATALOG: governing_facts.catalog_facts,
    Kind.STAGES: governing_facts.stage_facts,
    Kind.SIGNERS: governing_facts.signer_facts,
    Kind.REGIONS: governing_facts.region_facts,
    Kind.IDENTITY: governing_facts.subject_facts,
    Kind.CHECKS: preference_facts,
    Kind.INVARIANTS: lambda _value, _places: (),  # proved when all files are read
}


class FileResult(NamedTuple):
    """What one file gave. A file with an error has neither a value nor facts.

    `value` is None as well where it was not kept.
    """

    path: str
    kind: Kind | None
    findings: tuple[Finding, ...]
    value: JSONValue = None
    record: Record | None = None
    conditions: tuple[WrittenCondition, ...] = ()
    suppressions: tuple[Suppression, ...] = ()


def read_file(path: str, data: bytes) -> FileResult:
    """Return what the file at `path` says, or why it says nothing."""
    kind = kind_of_path(path)
    if kind is None:
        return FileResult(path, None, (unclaimed(path),))
    try:
        source = read(path, data)
    except RefusedYamlError as error:
        return FileResult(path, kind, error.findings)
    ends = line_ends(path, source.text)
    wrong = check_schema(kind, source)
    remarks = _remarks(kind, source, wrong)
    found = (*_modeline(kind, source), *remarks, *ends, *wrong)
    if found:
        found = tuple(named(found, lambda _path: names_in_value(source.value)))
    if wrong:
        return FileResult(path, kind, found)
    value = cast("JSONObject", source.value)
    record = _RECORDS[kind](value, facts_of.Places(source))
    return FileResult(
        path,
        kind,
        found,
        value,
        record,
        _conditions(kind, value, path),
        suppressions_in(path, source.text),
    )


def _remarks(kind: Kind, source: Source, wrong: Iterable[Finding]) -> Iterable[Finding]:
    """Return what is unclear in a file, but not of values that are refused anyway."""
    if not source.findings:
        return ()
    refused = {each.place for each in wrong}
    left = [each for each in source.findings if each.place not in refused]
    return without_truths(source.value, left) if kind is Kind.FLAG else left


def _conditions(
    kind: Kind, value: JSONObject, path: str
) -> tuple[WrittenCondition, ...]:
    if kind not in {Kind.POLICY, Kind.FLAG}:
        return ()
    return tuple(
        WrittenCondition(
            path,
            pointer(("rules", index, "when")),
            text(rule, "when"),
            tuple(texts(rule, "actions")) if kind is Kind.POLICY else None,
        )
        for index, rule in enumerate(rows(value, "rules"))
        if "when" in rule
    )


class Again:
    """Files that were read without an error, read again for where conditions stand.

    The last one is kept, since conditions come file by file and may be thousands.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._path = ""
        self._read: tuple[Marks, Sequence[str]] | None = None

    def pieces(self, written: WrittenCondition) -> Pieces:
        """Return where a condition stands in its file."""
        if written.file != self._path:
            self._path, self._read = written.file, self._again(written.file)
        if self._read is None:
            return (Piece(0, 1, 1),)  # somebody changed the file meanwhile
        marks, lines = self._read
        path = ("rules", int(written.path.split("/")[2]), "when")
        return pieces_of(lines, written.source, marks.at(path))

    def _again(self, path: str) -> tuple[Marks, Sequence[str]] | None:
        try:
            source = read(path, self._sources[path])
        except RefusedYamlError:
            return None
        return source.marks, source.text.split("\n")


def _modeline(kind: Kind, source: Source) -> tuple[Finding, ...]:
    wanted = modeline(kind)
    first = source.text.split("\n", 1)[0].rstrip()
    if first == wanted:
        return ()
    return (
        Finding(
            check="yaml/modeline",
            severity=Severity.WARNING,
            message="the file does not begin with its schema, so editors cannot help",
            place=Span(1, 1, 1, max(2, len(first) + 1)).of(source.path),
            expected=wanted,
            hint=f"begin it with the line `{wanted}`",
        ),
    )
