"""Policy bundles ready to decide with.

For each bundle there is an index from action to the rules that speak about it, its own
and those of all it extends, so a decision never looks at any other rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companyos.authz.model import Decision, Rule
    from companyos.authz.resources import ResourceReader
    from companyos.catalog.model import Catalog
    from companyos.conditions import CompiledCondition


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule as a decision uses it; no `roles` means any subject.

    `role_bits` are the roles as `RoleBits` has them.
    Both answers that it can give are made beforehand: `failed` is that of a deny rule
    whose condition has no value.
    """

    roles: frozenset[str] | None
    role_bits: int
    condition: CompiledCondition | None
    decision: Decision
    failed: Decision


@dataclass(frozen=True, slots=True)
class Cell:
    """All that one policy bundle says about one action.

    `silent` is the answer where no rule matches, `mismatch` that where the tenants of
    request, subject and resource are not one and the same.
    """

    resources: ResourceReader
    deny: tuple[ReadyRule, ...]
    allow: tuple[ReadyRule, ...]
    silent: Decision
    mismatch: Decision


@dataclass(frozen=True, slots=True)
class PolicyBundle:
    """One policy bundle. `rules` are its own; `chain` is base first and ends with it.

    `cells` has every action of the catalogue.
    """

    bundle_id: str
    tags: tuple[str, ...]
    abstract: bool
    extends: tuple[str, ...]
    rules: tuple[Rule, ...]
    chain: tuple[str, ...]
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything a decision needs to know about policies."""

    digest: str
    catalog: Catalog
    bundles: Mapping[str, PolicyBundle]
