"""Which constants a condition compares with something whose values are declared.

Only what can have no other value is here. What a resource or a subject's attribute says
comes from elsewhere, and its values are nobody's to list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto

from companyos.conditions.tree import (
    Compare,
    Comparison,
    ListOf,
    Literal,
    Node,
    Quantified,
    Select,
    Variable,
    children,
)


class Meaning(Enum):
    """What a value is the name of."""

    CLASSIFICATION = auto()
    REGION = auto()
    RESOURCE_TYPE = auto()
    ROLE = auto()
    STAGE = auto()
    TENANT = auto()


_SUBJECT, _RESOURCE, _TENANT = map(Variable, ("subject", "resource", "tenant"))
_ROLES = Select(_SUBJECT, "roles")
_MEANT: Mapping[Node, Meaning] = {
    _ROLES: Meaning.ROLE,
    Select(_RESOURCE, "tenant"): Meaning.TENANT,
    Select(_RESOURCE, "type"): Meaning.RESOURCE_TYPE,
    Select(_SUBJECT, "region"): Meaning.REGION,
    Select(_SUBJECT, "tenant"): Meaning.TENANT,
    Select(_TENANT, "data_classification"): Meaning.CLASSIFICATION,
    Select(_TENANT, "data_region"): Meaning.REGION,
    Select(_TENANT, "env"): Meaning.STAGE,
    Select(_TENANT, "id"): Meaning.TENANT,
}


def comparisons_in(condition: Node) -> Iterator[tuple[Meaning, str]]:
    """Yield what is compared with which constant, by `==`, `!=` or `in`."""
    yield from _comparisons_in(condition, _MEANT)


def _comparisons_in(
    node: Node, meant: Mapping[Node, Meaning]
) -> Iterator[tuple[Meaning, str]]:
    if isinstance(node, Quantified) and node.range == _ROLES:
        meant = {**meant, Variable(node.variable): Meaning.ROLE}
    if isinstance(node, Compare):
        for operand, other in _pairs(node):
            if isinstance(other, Literal) and isinstance(other.value, str):
                meaning = meant.get(operand)
                if meaning is not None:
                    yield meaning, other.value
    for child in children(node):
        yield from _comparisons_in(child, meant)


def _pairs(compare: Compare) -> Iterator[tuple[Node, Node]]:
    """Yield the two that may be equal, either way round."""
    left, right = compare.left, compare.right
    match compare.operator:
        case Comparison.EQ | Comparison.NE:
            yield left, right
            yield right, left
        case Comparison.IN if isinstance(right, ListOf):
            for item in right.items:
                yield left, item
                yield item, left
        case Comparison.IN:
            yield right, left
        case _:
            pass
