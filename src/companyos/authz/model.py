"""The words of an authorization question and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from companyos.authz.vocabulary import Effect, ReasonCode

if TYPE_CHECKING:
    # Deciding needs none of these at run time, and services count every millisecond.
    from companyos.conditions.tree import Node
    from companyos.digests import JSONValue
    from companyos.findings import Place
    from companyos.identity.subjects import Subject


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a policy bundle, its roles and actions expanded.

    `source` is `when` as it was written.
    """

    rule_id: str
    effect: Effect
    roles: frozenset[str]
    actions: frozenset[str]
    when: Node | None
    source: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Resource:
    """What is acted on. `attributes` are those its type declares in the catalogue."""

    type: str
    resource_id: str
    tenant_id: str
    attributes: Mapping[str, JSONValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """May `subject`, acting for `tenant_id`, do `action` to `resource`?"""

    tenant_id: str
    subject: Subject
    action: str
    resource: Resource


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `errors` are the rules whose condition could not be evaluated.

    `place` is the deciding rule's file and line; `policy_digest` that of the compiled
    policies the decision was made from. `bundle_id` is the tenant's policy bundle, also
    where the rule comes from one that it extends.
    """

    effect: Effect
    code: ReasonCode
    policy_digest: str
    bundle_id: str | None = None
    rule_id: str | None = None
    place: Place | None = None
    reason: str = ""
    errors: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Return whether the answer is yes."""
        return self.effect is Effect.ALLOW
