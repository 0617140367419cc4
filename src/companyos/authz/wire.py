"""The compiled policies document, read strictly into policies ready to decide with.

Conditions that are alike are compiled once. Rules without a condition come first and
the rest in the order of their ids, so neither the order of files nor of rules changes
an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import NamedTuple

from companyos.authz.model import Decision, Rule
from companyos.authz.policies import Cell, Policies, PolicyBundle, ReadyRule
from companyos.authz.resources import ResourceReader, Sight, sight_of
from companyos.authz.vocabulary import ANY, Effect, ReasonCode
from companyos.catalog.model import Catalog
from companyos.catalog.role_bits import RoleBits
from companyos.catalog.wire import read_catalog
from companyos.conditions import CompiledCondition, Node, compile_condition, from_wire
from companyos.digests import JSONValue, canonical_json
from companyos.documents import Fields, identifier_at
from companyos.errors import IntegrityError
from companyos.findings import Place

SCHEMA = "companyos.policies/v1"
PARAMETERS = ("subject", "resource", "tenant")
"""The variables of a policy condition, in the order a compiled one takes them."""


def read_policies(document: JSONValue, *, digest: str) -> Policies:
    """Return the policies of a compiled document, whose bytes have this digest.

    Raises:
        IntegrityError: if it is not exactly what a compiled document is.
    """
    fields = Fields(document, "policies", frozenset({"schema", "catalog", "bundles"}))
    fields.schema(SCHEMA)
    catalog = read_catalog(fields["catalog"], fields.path("catalog"))
    at = fields.path("bundles")
    written = {
        identifier_at(name, at, "key"): _written(value, f"{at}.{name}", catalog)
        for name, value in fields.table("bundles").items()
    }
    compiler = _Compiler(written, catalog, digest)
    bundles = {name: compiler.bundle(name) for name in written}
    return Policies(digest, catalog, MappingProxyType(bundles))


class _Written(NamedTuple):
    """A bundle as its document has it, with the conditions' wire forms."""

    tags: tuple[str, ...]
    abstract: bool
    extends: tuple[str, ...]
    rules: tuple[tuple[Rule, bytes], ...]


_BUNDLE_KEYS = frozenset({"tags", "abstract", "extends", "rules"})
_RULE_KEYS = frozenset({
    "id", "effect", "roles", "actions", "when", "source", "reason", "file", "line",
})  # fmt: skip


def _written(value: JSONValue, at: str, catalog: Catalog) -> _Written:
    fields = Fields(value, at, _BUNDLE_KEYS)
    rules = tuple(
        _rule(item, f"{fields.path('rules')}[{number}]", catalog)
        for number, item in enumerate(fields.items("rules"))
    )
    return _Written(
        fields.texts("tags"), fields.truth("abstract"), fields.texts("extends"), rules
    )


def _rule(value: JSONValue, at: str, catalog: Catalog) -> tuple[Rule, bytes]:
    fields = Fields(value, at, _RULE_KEYS)
    when = fields["when"]
    rule = Rule(
        rule_id=fields.identifier("id"),
        effect=fields.word("effect", Effect),
        roles=_declared(fields, "roles", catalog.roles.keys() | {ANY}),
        actions=_declared(fields, "actions", catalog.actions.keys()),
        when=None if when is None else from_wire(when),
        source=fields.text_or_none("source") or "",
        reason=fields.text("reason"),
        place=Place(fields.text("file"), fields.whole("line")),
    )
    return rule, b"" if when is None else canonical_json(when)


def _declared(fields: Fields, key: str, declared: Iterable[str]) -> frozenset[str]:
    names = frozenset(fields.texts(key))
    if not names:
        raise IntegrityError(f"`{fields.path(key)}` is empty")
    if strange := names.difference(declared):
        raise IntegrityError(
            f"`{fields.path(key)}` names `{min(strange)}`, which is not declared"
        )
    return names


def _chain(name: str, written: Mapping[str, _Written]) -> tuple[str, ...]:
    """Return all that a bundle extends, base first, and itself at the end."""
    graph: dict[str, tuple[str, ...]] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in graph:
            continue
        if current not in written:
            raise IntegrityError(f"policy bundle `{name}` extends unknown `{current}`")
        graph[current] = written[current].extends
        waiting.extend(graph[current])
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise IntegrityError(f"policy bundle `{name}` extends itself") from error


class _Compiler:
    """Compiles the bundles of one document; equal conditions share one function."""

    def __init__(
        self, written: Mapping[str, _Written], catalog: Catalog, digest: str
    ) -> None:
        self._written = written
        self._digest = digest
        self._readers = {
            (name, sight): ResourceReader(name, attributes, sight=sight)
            for name, attributes in catalog.resource_types.items()
            for sight in Sight
        }
        self._types = catalog.actions
        self._role_bits = RoleBits(catalog.roles)
        self._conditions: dict[bytes, CompiledCondition] = {}

    def bundle(self, name: str) -> PolicyBundle:
        own = self._written[name]
        chain = _chain(name, self._written)
        return PolicyBundle(
            bundle_id=name,
            tags=own.tags,
            abstract=own.abstract,
            extends=own.extends,
            rules=tuple(rule for rule, _ in own.rules),
            chain=chain,
            cells=self._cells(name, chain),
        )

    def _cells(self, name: str, chain: tuple[str, ...]) -> Mapping[str, Cell]:
        deny: dict[str, list[ReadyRule]] = {}
        allow: dict[str, list[ReadyRule]] = {}
        sights = dict.fromkeys(self._types, Sight.NOTHING)
        for rule, wire in self._in_order(name, chain):
            ready = self._ready(rule, wire, name)
            found = deny if rule.effect is Effect.DENY else allow
            sight = Sight.NOTHING if rule.when is None else sight_of(rule.when)
            for action in rule.actions:
                found.setdefault(action, []).append(ready)
                sights[action] = max(sight, sights[action])
        silent = self._denial(ReasonCode.NO_MATCHING_RULE, name, "no rule allows it")
        mismatch = self._denial(
            ReasonCode.TENANT_MISMATCH,
            None,
            "request, subject and resource are not of one tenant",
        )
        cells = {
            action: Cell(
                resources=self._readers[resource_type, sights[action]],
                deny=tuple(deny.get(action, ())),
                allow=tuple(allow.get(action, ())),
                silent=silent,
                mismatch=mismatch,
            )
            for action, resource_type in self._types.items()
        }
        return MappingProxyType(cells)

    def _denial(self, code: ReasonCode, bundle: str | None, reason: str) -> Decision:
        return Decision(Effect.DENY, code, self._digest, bundle, reason=reason)

    def _in_order(self, name: str, chain: tuple[str, ...]) -> list[tuple[Rule, bytes]]:
        rules = [pair for base in chain for pair in self._written[base].rules]
        rules.sort(key=lambda pair: (pair[0].when is not None, pair[0].rule_id))
        ids = [rule.rule_id for rule, _ in rules]
        if len(set(ids)) != len(ids):
            twice = min(rule_id for rule_id in ids if ids.count(rule_id) > 1)
            raise IntegrityError(f"policy bundle `{name}` has rule `{twice}` twice")
        return rules

    def _ready(self, rule: Rule, wire: bytes, bundle_id: str) -> ReadyRule:
        denies = rule.effect is Effect.DENY
        decision = Decision(
            effect=rule.effect,
            code=ReasonCode.DENY_RULE if denies else ReasonCode.ALLOW_RULE,
            policy_digest=self._digest,
            bundle_id=bundle_id,
            rule_id=rule.rule_id,
            place=rule.place,
            reason=rule.reason,
        )
        failed = replace(
            decision,
            effect=Effect.DENY,
            code=ReasonCode.DENY_RULE_ERROR,
            reason="a deny rule could not be evaluated",
            errors=(rule.rule_id,),
        )
        roles = None if ANY in rule.roles else rule.roles
        return ReadyRule(
            roles,
            self._role_bits.wanted(roles),
            self._condition(rule.when, wire),
            decision,
            failed,
        )

    def _condition(self, node: Node | None, wire: bytes) -> CompiledCondition | None:
        if node is None:
            return None
        known = self._conditions.get(wire)
        if known is None:
            known = self._conditions[wire] = compile_condition(node, PARAMETERS)
        return known
