"""Conditions as they stand in files, and checking them against the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from companyos.checks.check import Check
from companyos.conditions.tree import Node
from companyos.config.condition_parser import parse_condition
from companyos.config.condition_syntax import ConditionProblem
from companyos.config.condition_types import Environment
from companyos.config.documents import CatalogDocument
from companyos.config.environments import flag_environment, rule_environment
from companyos.config.scalar_places import Pieces, span_in
from companyos.findings import Finding, Severity

CHECKS: Mapping[str, Check] = {
    name: Check(name, Severity.ERROR, "a condition cannot be read, or its types clash")
    for name in ("policy/condition", "flag/condition")
}


@dataclass(frozen=True, slots=True)
class WrittenCondition:
    """A condition of a rule; `actions` is None for a flag's, which has no resource."""

    file: str
    path: str
    source: str
    pieces: Pieces
    actions: tuple[str, ...] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Return where it stands: the file and the JSON pointer."""
        return self.file, self.path


@dataclass(slots=True)
class Checked:
    """The trees of conditions that are right, by `key`, and what is wrong in others."""

    trees: dict[tuple[str, str], Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def check_conditions(
    conditions: Iterable[WrittenCondition], catalog: CatalogDocument
) -> Checked:
    """Return every condition's tree, or what is wrong with it.

    Conditions that are alike and see the same variables are read once.
    """
    checked = Checked()
    known: dict[tuple[str, tuple[str, ...] | None], _Outcome] = {}
    for written in conditions:
        types = _types_of(written.actions)
        if not set(types or ()) <= set(catalog.resource_types):
            continue  # an unknown type is reported; its attributes cannot be known
        outcome = known.get((written.source, types))
        if outcome is None:
            outcome = _outcome(written.source, _environment(types, catalog))
            known[written.source, types] = outcome
        if outcome.tree is not None:
            checked.trees[written.key] = outcome.tree
        checked.findings += [_finding(written, each) for each in outcome.problems]
    return checked


@dataclass(frozen=True, slots=True)
class _Outcome:
    tree: Node | None
    problems: tuple[ConditionProblem, ...]


def _outcome(source: str, environment: Environment) -> _Outcome:
    found = parse_condition(source, environment)
    if isinstance(found, tuple):
        return _Outcome(None, found)
    return _Outcome(found.node, ())


def _types_of(actions: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the resource types of a rule, the only part of it that types depend on."""
    if actions is None:
        return None
    return tuple(sorted({action.partition(":")[0] for action in actions}))


def _environment(
    types: tuple[str, ...] | None, catalog: CatalogDocument
) -> Environment:
    if types is None:
        return flag_environment(catalog)
    return rule_environment(catalog, types)


def _finding(written: WrittenCondition, problem: ConditionProblem) -> Finding:
    group = "flag" if written.actions is None else "policy"
    span = span_in(written.pieces, problem.start - 1, problem.end - 1)
    return Finding(
        check=f"{group}/condition",
        severity=Severity.ERROR,
        message=problem.message,
        place=span.of(written.file),
        hint=problem.hint,
        path=written.path,
        value=problem.message,
    )
