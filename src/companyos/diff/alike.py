"""Which tenants conditions cannot tell apart, so that one of them stands for all.

Conditions see a few values of a tenant. Of these its id is the only one that each
tenant has for itself. Where texts are only ever found equal or different, any id that
is no text the conditions could meet elsewhere is as good as any other such: exchanging
the two in all that is asked exchanges them in all that is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from companyos.catalog.model import Catalog
from companyos.conditions import Value
from companyos.conditions.tree import Call, Compare, Comparison, Literal, Node, children
from companyos.diff.frame import KEYS
from companyos.diff.terms import Path, paths_in
from companyos.tenants import Regions

_ANY = ""
"""Stands for every id that no condition knows; no tenant has it."""

_ORDERS = (Comparison.LT, Comparison.LE, Comparison.GT, Comparison.GE)


@dataclass(frozen=True, slots=True)
class Sight:
    """What conditions see of a tenant: `names` of its variables, and how.

    `texts` are all that an id may be held against, but for the tenant's own values;
    `is_plain` tells that texts are only ever found equal or different.
    """

    names: tuple[str, ...]
    texts: frozenset[str]
    is_plain: bool

    @classmethod
    def of(cls, conditions: Iterable[Node], known: Iterable[str]) -> Sight:
        """Return what these conditions see, where `known` are texts beside theirs."""
        nodes = tuple(dict.fromkeys(conditions))
        paths = {path for node in nodes for path in paths_in(node)}
        names = {name for path in paths if (name := tenant_name(path))}
        texts: set[str] = set(known)
        plain = all(gather(node, texts) for node in nodes)
        return cls(tuple(sorted(names)), frozenset(texts), plain)

    def seen(self, variables: Mapping[str, Value]) -> tuple[Value | None, ...]:
        """Return what tells a tenant apart: alike tenants have equal answers."""
        return tuple(
            _ANY if name == "id" and self._is_any(variables) else variables.get(name)
            for name in self.names
        )

    def _is_any(self, variables: Mapping[str, Value]) -> bool:
        own = [value for name, value in variables.items() if name != "id"]
        tenant_id = variables["id"]
        return self.is_plain and tenant_id not in self.texts and tenant_id not in own


def texts_about(catalog: Catalog, regions: Regions) -> frozenset[str]:
    """Return the texts that conditions meet wherever they do not say them."""
    return frozenset(
        {
            *catalog.roles,
            *catalog.resource_types,
            *regions.by_country,
            *regions.by_country.values(),
            *KEYS.values(),
        }
    )


def tenant_name(path: Path) -> str | None:
    """Return which of a tenant's variables a path reads, if it does."""
    match path:
        case ("tenant", name):
            return name
        case ("subject" | "resource", "tenant"):
            return "id"
        case _:
            return None


def gather(node: Node, texts: set[str]) -> bool:
    """Add the constants of a condition; return whether texts are only compared."""
    plain = not isinstance(node, Call)
    if isinstance(node, Compare) and node.operator in _ORDERS:
        plain = False
    if isinstance(node, Literal) and isinstance(node.value, str):
        texts.add(node.value)
    for child in children(node):
        plain = gather(child, texts) and plain
    return plain
