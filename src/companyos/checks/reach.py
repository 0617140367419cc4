"""Whom and what a rule is about, with roles and actions written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from companyos.authz.vocabulary import ANY
from companyos.checks.facts import CatalogFacts, Facts, RuleFacts, Word
from companyos.checks.implication import Known, Terms, implies


class Reach(NamedTuple):
    """A rule's people, actions and condition; `when` is None for always."""

    rule: RuleFacts
    roles: frozenset[str]
    actions: frozenset[str]
    when: Terms | None

    @property
    def is_never(self) -> bool:
        """Return whether the rule certainly never speaks."""
        return self.when is not None and self.when.is_never

    def covers(self, other: Reach) -> bool:
        """Return whether this rule certainly speaks wherever the other one does."""
        everybody = ANY in self.roles
        return (
            (everybody or other.roles <= self.roles)
            and other.actions <= self.actions
            and (
                self.when is None
                or (other.when is not None and implies(other.when, self.when))
            )
        )


class Reaches:
    """Finds out the reach of rules, by the catalogue."""

    def __init__(self, facts: Facts, catalog: CatalogFacts) -> None:
        self._facts = facts
        self._actions = [word.text for word in catalog.actions]
        self._heirs = _heirs(catalog)
        self._terms = Known()
        self._met: dict[tuple[str, ...], frozenset[str]] = {}
        self._found: dict[int, tuple[RuleFacts, Reach | None]] = {}

    def of(self, rule: RuleFacts) -> Reach | None:
        """Return a rule's reach, None where its condition or actions have a mistake.

        A rule is asked about again for each policy bundle that extends its own.
        """
        found = self._found.get(id(rule))
        if found is None:
            found = self._found[id(rule)] = rule, self._of(rule)
        return found[1]

    def _of(self, rule: RuleFacts) -> Reach | None:
        when = self._facts.tree(rule.when) if rule.when else None
        if rule.when is not None and when is None:
            return None
        actions = self._all(rule.actions, self._actions_named)
        if not actions:
            return None
        roles = self._all(rule.roles, self._heirs_of)
        return Reach(
            rule, roles, actions, None if when is None else self._terms.terms(when)
        )

    def _all(
        self, words: Iterable[Word], meant: Callable[[str], Iterable[str]]
    ) -> frozenset[str]:
        """Return all that is meant by words; rules by the hundred use the same few."""
        named = tuple([word.text for word in words])
        if named not in self._met:
            self._met[named] = frozenset(each for name in named for each in meant(name))
        return self._met[named]

    def _heirs_of(self, role: str) -> Iterable[str]:
        return self._heirs.get(role, (role,))

    def _actions_named(self, action: str) -> Iterable[str]:
        if not action.endswith(":*"):
            return [action]
        return [each for each in self._actions if each.startswith(action[:-1])]


def _heirs(catalog: CatalogFacts) -> Mapping[str, set[str]]:
    """Return, for each role, the roles that may do what it may, itself included."""
    inherits = {role.name.text: role.inherits for role in catalog.roles}
    heirs: dict[str, set[str]] = {}
    for name in inherits:
        seen: set[str] = set()
        pending = [name]
        while pending:
            role = pending.pop()
            if role not in seen:
                seen.add(role)
                pending += [word.text for word in inherits.get(role, ())]
        for role in seen:
            heirs.setdefault(role, set()).add(name)
    return heirs
