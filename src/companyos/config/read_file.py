"""One file of the desired state, from bytes to facts: a pure function of both.

So results can be kept by content and made in several processes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from pydantic import ValidationError

from companyos.checks.facts import (
    BundleFacts,
    CatalogFacts,
    FlagFacts,
    RegionFacts,
    SignersFacts,
    StageFacts,
    SubjectFacts,
    TenantFacts,
)
from companyos.checks.pointers import pointer
from companyos.config import facts_of
from companyos.config.documents import (
    CatalogDocument,
    FlagDocument,
    IdentityDocument,
    PolicyDocument,
    RegionsDocument,
    SignersDocument,
    StagesDocument,
    TenantDocument,
)
from companyos.config.documents.shared import Shape
from companyos.config.kinds import KINDS, Kind, kind_of_path, modeline
from companyos.config.marks import START, Span
from companyos.config.scalar_places import pieces_of
from companyos.config.schema_check import check_schema
from companyos.config.written_conditions import WrittenCondition
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import Source, read
from companyos.findings import Finding, Severity

Record: TypeAlias = (
    TenantFacts
    | BundleFacts
    | FlagFacts
    | CatalogFacts
    | SignersFacts
    | tuple[RegionFacts, ...]
    | tuple[StageFacts, ...]
    | tuple[SubjectFacts, ...]
)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What one file gave. A file with an error has neither document nor facts."""

    path: str
    kind: Kind | None
    findings: tuple[Finding, ...]
    document: Shape | None = None
    record: Record | None = None
    conditions: tuple[WrittenCondition, ...] = ()


def read_file(path: str, data: bytes) -> FileResult:
    """Return what the file at `path` says, or why it says nothing."""
    kind = kind_of_path(path)
    if kind is None:
        return FileResult(path, None, (_unexpected(path),))
    try:
        source = read(path, data)
    except RefusedYamlError as error:
        return FileResult(path, kind, error.findings)
    found = (*_modeline(kind, source), *source.findings)
    wrong = check_schema(kind, source)
    if wrong:
        return FileResult(path, kind, (*found, *wrong))
    try:
        document = KINDS[kind].model.model_validate(source.value)
    except ValidationError as error:
        return FileResult(path, kind, (*found, *_gap(error, source)))
    record = _record(document, facts_of.Places(source))
    return FileResult(
        path, kind, found, document, record, _conditions(document, source)
    )


def _record(document: Shape, at: facts_of.Places) -> Record | None:
    match document:
        case TenantDocument():
            return facts_of.tenant_facts(document, at)
        case PolicyDocument():
            return facts_of.bundle_facts(document, at)
        case FlagDocument():
            return facts_of.flag_facts(document, at)
        case CatalogDocument():
            return facts_of.catalog_facts(document, at)
        case _:
            return _governing_record(document, at)


def _governing_record(document: Shape, at: facts_of.Places) -> Record | None:
    match document:
        case StagesDocument():
            return facts_of.stage_facts(document, at)
        case SignersDocument():
            return facts_of.signer_facts(document, at)
        case RegionsDocument():
            return facts_of.region_facts(document, at)
        case IdentityDocument():
            return facts_of.subject_facts(document, at)
        case _:
            return None


def _conditions(document: Shape, source: Source) -> tuple[WrittenCondition, ...]:
    if isinstance(document, PolicyDocument):
        return tuple(
            _condition(source, index, rule.when, tuple(rule.actions))
            for index, rule in enumerate(document.rules)
            if rule.when is not None
        )
    if isinstance(document, FlagDocument):
        return tuple(
            _condition(source, index, rule.when, None)
            for index, rule in enumerate(document.rules)
        )
    return ()


def _condition(
    source: Source, index: int, text: str, actions: tuple[str, ...] | None
) -> WrittenCondition:
    path = ("rules", index, "when")
    pieces = pieces_of(source.text, text, source.marks.at(path))
    return WrittenCondition(source.path, pointer(path), text, pieces, actions)


def _unexpected(path: str) -> Finding:
    hint = "move it out of `config/`"
    if path.endswith(".yml"):
        hint = "call it `.yaml`"
    return Finding(
        check="yaml/unexpected-file",
        severity=Severity.WARNING,
        message=f"`{path}` is no file of the desired state and is not read",
        place=START.of(path),
        hint=hint,
    )


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


def _gap(error: ValidationError, source: Source) -> tuple[Finding, ...]:
    """Return findings for what the schema let pass and the model does not."""
    made = partial(Finding, check="schema/invalid", severity=Severity.ERROR)
    found = made(message="", place=START.of(source.path))
    return tuple(
        replace(
            found,
            message=detail["msg"],
            place=source.marks.at(detail["loc"]).span.of(source.path),
            path=pointer(detail["loc"]),
        )
        for detail in error.errors(include_url=False)
    )
