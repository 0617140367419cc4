"""Invariants as they stand in `config/invariants.yaml`, and proving them.

A proof needs the compiled policies, so it is made last, of a state that has no errors.
Without the file nothing here is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from companyos.authz.policies import Policies
from companyos.authz.vocabulary import ANY
from companyos.authz.wire import read_policies
from companyos.catalog import tenant_variables
from companyos.checks.check import Check
from companyos.checks.facts import TenantFacts, Word
from companyos.checks.pointers import Path, pointer
from companyos.conditions import Value
from companyos.conditions.tree import Node
from companyos.config.compile_policies import policies_document, with_heirs
from companyos.config.condition_parser import parse_condition
from companyos.config.condition_syntax import ConditionProblem
from companyos.config.environments import rule_environment
from companyos.config.facts_of import Places
from companyos.config.item_names import named, names_in_value
from companyos.config.load import Loaded
from companyos.config.plain import rows, table, tables, text, texts
from companyos.config.scalar_places import pieces_of, span_in
from companyos.config.yaml_source import Source, read
from companyos.diff.invariants import (
    Counterexample,
    Form,
    Invariant,
    counterexamples,
)
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.findings import Finding, Related, Severity
from companyos.tenants import DataClassification, Regions, Tenant

CHECK = Check(
    "policy/invariant", Severity.ERROR, "an invariant does not hold, or is not proved"
)


def broken_in(loaded: Loaded, path: str, catalog: JSONObject) -> list[Finding]:
    """Return what is wrong in the file at `path`, or with policies by its measure."""
    source = read(path, loaded.sources[path])
    reader = _Reader(source, loaded, catalog)
    written = list(reader.written())
    found = reader.findings or _unproved(written, loaded)
    return named(found, lambda _path: names_in_value(source.value))


def _unproved(written: list[_Written], loaded: Loaded) -> list[Finding]:
    """Return a finding for each invariant that does not hold."""
    by_id = {each.invariant.invariant_id: each for each in written}
    found: dict[str, list[Counterexample]] = {}
    asked = (each.invariant for each in written)
    for each in counterexamples(asked, _state_of(loaded)):
        found.setdefault(each.invariant_id, []).append(each)
    return [_finding(by_id[name], broken) for name, broken in found.items()]


@dataclass(frozen=True, slots=True)
class _Written:
    """An invariant, the word that names it, and why it is there."""

    invariant: Invariant
    word: Word
    reason: str


class _Reader:
    """Reads the invariants of one file and gathers what is wrong in it."""

    def __init__(self, source: Source, loaded: Loaded, catalog: JSONObject) -> None:
        self.findings: list[Finding] = []
        self._source = source
        self._places = Places(source)
        self._catalog = catalog
        self._tenants = {each.id.text for each in loaded.facts.tenants}

    def written(self) -> Iterator[_Written]:
        """Yield the invariants that are right."""
        seen: set[str] = set()
        value = cast("JSONObject", self._source.value)
        for index, row in enumerate(rows(value, "invariants")):
            path: Path = ("invariants", index)
            word = self._places.value(text(row, "id"), *path, "id")
            if word.text in seen:
                message = f"there are two invariants `{word.text}`"
                self.findings.append(CHECK.finding(word, message))
            seen.add(word.text)
            yield _Written(self._one(row, path), word, text(row, "reason"))

    def _one(self, row: JSONObject, path: Path) -> Invariant:
        form = next(each for each in Form if each in row)
        said = table(row, form)
        at = (*path, str(form))
        roles, actions = tables(self._catalog, "roles"), table(self._catalog, "actions")
        starred = {f"{name.partition(':')[0]}:{ANY}" for name in actions}
        self._names("role", said, (*at, "roles"), set(roles))
        self._names("action", said, (*at, "may"), {*actions, *starred})
        self._names("tenant", row, (*path, "tenants"), self._tenants)
        named = texts(said, "may")
        chosen = [name for name in actions if _matches(name, named)]
        when = self._condition(said, (*at, "when"), chosen) if "when" in said else None
        held = frozenset(texts(said, "roles"))
        return Invariant(
            text(row, "id"),
            form,
            # For the other forms an heir is another role.
            frozenset(with_heirs(held, roles)) if form is Form.ONLY else held,
            tuple(sorted(chosen)),
            frozenset(texts(row, "tenants")) if "tenants" in row else None,
            when,
        )

    def _names(self, noun: str, of: JSONObject, path: Path, known: set[str]) -> None:
        for index, name in enumerate(texts(of, str(path[-1]))):
            if name not in known:
                word = self._places.value(name, *path, index)
                message = f"{noun} `{name}` does not exist"
                self.findings.append(CHECK.finding(word, message))

    def _condition(
        self, said: JSONObject, path: Path, actions: Iterable[str]
    ) -> Node | None:
        written = text(said, "when")
        types = tuple(sorted({name.partition(":")[0] for name in actions}))
        found = parse_condition(written, rule_environment(self._catalog, types))
        if not isinstance(found, tuple):
            return found.node
        self.findings += [self._problem(written, path, each) for each in found]
        return None

    def _problem(self, written: str, path: Path, problem: ConditionProblem) -> Finding:
        marks = self._source.marks.at(path)
        pieces = pieces_of(self._source.text.split("\n"), written, marks)
        span = span_in(pieces, problem.start - 1, problem.end - 1)
        return Finding(
            check="policy/condition",
            severity=Severity.ERROR,
            message=problem.message,
            place=span.of(self._source.path),
            hint=problem.hint,
            path=pointer(path),
            value=problem.message,
        )


def _matches(action: str, named: Iterable[str]) -> bool:
    kind = action.partition(":")[0]
    return any(name in {action, f"{kind}:{ANY}"} for name in named)


@dataclass(frozen=True, slots=True)
class _State:
    """What a proof needs, without all that services need besides."""

    policies: Policies
    regions: Regions
    tenants: Mapping[str, Tenant]
    tenant_variables: Mapping[str, Mapping[str, Value]]


def _state_of(loaded: Loaded) -> _State:
    """Return what a proof needs of a state without errors."""
    tenants = {each.id.text: _tenant(each) for each in loaded.facts.tenants}
    return _State(
        policies=read_policies(policies_document(loaded), digest=""),
        regions=Regions(
            {
                country.text: region.name.text
                for region in loaded.facts.regions or ()
                for country in region.countries
            }
        ),
        tenants=tenants,
        tenant_variables={id_: tenant_variables(t) for id_, t in tenants.items()},
    )


def _tenant(facts: TenantFacts) -> Tenant:
    graded = facts.classification
    return Tenant(
        tenant_id=facts.id.text,
        display_name=facts.name.text if facts.name else "",
        env=facts.env.text,
        policy_bundle_ref=facts.bundle.text,
        feature_flags=frozenset(each.text for each in facts.flags),
        data_region=facts.region.text,
        owner_contact=facts.contact.text if facts.contact else "",
        data_classification=None if graded is None else DataClassification(graded),
    )


def _finding(written: _Written, broken: list[Counterexample]) -> Finding:
    first = broken[0]
    name = written.invariant.invariant_id
    more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
    if first.doubt:
        message = f"invariant `{name}` is not proved: {first.doubt}"
        return CHECK.finding(written.word, message, hint="write simpler conditions")
    who = " and ".join(f"`{role}`" for role in first.holder) or "no role"
    able = "may not" if _grants(written.invariant) else "may"
    related: tuple[Related, ...] = ()
    if first.decider is not None and first.decider.place is not None:
        label = f"rule `{first.decider.rule_id}` decides it"
        related = (Related(first.decider.place, label),)
    return CHECK.finding(
        written.word,
        f"invariant `{name}` does not hold: in `{first.tenant_id}` somebody with {who}"
        f" {able} `{first.action}`{more}",
        label="does not hold",
        expected=written.reason,
        hint=_example(first),
        related=related,
    )


def _grants(invariant: Invariant) -> bool:
    return invariant.form in {Form.ALWAYS, Form.REACHABLE}


def _example(broken: Counterexample) -> str:
    if not broken.example:
        return "whatever subject and resource are like"
    told = ", ".join(
        f"no `{name}`" if value is None else f"`{name}` {_told(value)}"
        for name, value in broken.example.items()
    )
    return f"for example with {told}"


def _told(value: JSONValue) -> str:
    return canonical_json(value).decode()
