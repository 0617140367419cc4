"""Conditions as they stand in files, and checking them against the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from companyos.checks.check import Check
from companyos.conditions.tree import Node
from companyos.config.plain import table
from companyos.config.scalar_places import Pieces, span_in
from companyos.digests import JSONObject
from companyos.findings import Finding, Severity

if TYPE_CHECKING:
    from companyos.config.condition_syntax import ConditionProblem

CHECKS: Mapping[str, Check] = {
    name: Check(name, Severity.ERROR, "a condition cannot be read, or its types clash")
    for name in ("policy/condition", "flag/condition")
}


class WrittenCondition(NamedTuple):
    """A condition of a rule; `actions` is None for a flag's, which has no resource."""

    file: str
    path: str
    source: str
    actions: tuple[str, ...] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Return where it stands: the file and the JSON pointer."""
        return self.file, self.path

    @property
    def types(self) -> tuple[str, ...] | None:
        """Return the types of its rule's resources, all that types depend on."""
        if self.actions is None:
            return None
        return tuple(sorted({each.partition(":")[0] for each in self.actions}))


Trees: TypeAlias = dict[tuple[str, tuple[str, ...] | None], Node]
"""Trees by what they depend on: the text, and the types of its rule's resources."""


@dataclass(slots=True)
class Checked:
    """The trees of conditions that are right, by `key`, and what is wrong in others."""

    trees: dict[tuple[str, str], Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def tree_of(written: WrittenCondition, catalog: JSONObject) -> Node | None:
    """Return a condition's tree, None where something is wrong with it."""
    types = written.types
    if not set(types or ()) <= set(table(catalog, "resource_types")):
        return None
    return _outcome(written.source, types, catalog).tree


def check_conditions(
    conditions: Iterable[WrittenCondition],
    catalog: JSONObject,
    pieces_of: Callable[[WrittenCondition], Pieces],
    *,
    known: Trees | None = None,
) -> Checked:
    """Return every condition's tree, or what is wrong with it.

    Conditions that are alike and see the same variables are read once. `pieces_of`
    finds a condition that is wrong in its file's text again. `known` are trees of
    conditions that were right by this very catalogue; new ones are added to it.
    """
    checked = Checked()
    declared = table(catalog, "resource_types")
    trees = {} if known is None else known
    outcomes = {key: _Outcome(tree, ()) for key, tree in trees.items()}
    for written in conditions:
        types = written.types
        if not set(types or ()) <= set(declared):
            continue  # an unknown type is reported; its attributes cannot be known
        outcome = outcomes.get((written.source, types))
        if outcome is None:
            outcome = _outcome(written.source, types, catalog)
            outcomes[written.source, types] = outcome
            if outcome.tree is not None:
                trees[written.source, types] = outcome.tree
        if outcome.tree is not None:
            checked.trees[written.key] = outcome.tree
        if outcome.problems:
            pieces = pieces_of(written)
            checked.findings += [
                _finding(written, each, pieces) for each in outcome.problems
            ]
    return checked


class _Outcome(NamedTuple):
    tree: Node | None
    problems: tuple[ConditionProblem, ...]


def _outcome(
    source: str, types: tuple[str, ...] | None, catalog: JSONObject
) -> _Outcome:
    # Most runs meet no new condition, and reading one takes a third of the package.
    from companyos.config import environments  # noqa: PLC0415
    from companyos.config.condition_parser import parse_condition  # noqa: PLC0415

    if types is None:
        environment = environments.flag_environment(catalog)
    else:
        environment = environments.rule_environment(catalog, types)
    found = parse_condition(source, environment)
    if isinstance(found, tuple):
        return _Outcome(None, found)
    return _Outcome(found.node, ())


def _finding(
    written: WrittenCondition, problem: ConditionProblem, pieces: Pieces
) -> Finding:
    group = "flag" if written.actions is None else "policy"
    span = span_in(pieces, problem.start - 1, problem.end - 1)
    return Finding(
        check=f"{group}/condition",
        severity=Severity.ERROR,
        message=problem.message,
        place=span.of(written.file),
        hint=problem.hint,
        path=written.path,
        value=problem.message,
    )
