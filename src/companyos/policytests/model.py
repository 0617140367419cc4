"""The tests of one policy bundle as values: fixtures, and the cases made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from companyos.authz import Decision, Effect, ReasonCode, Request, Resource
from companyos.digests import JSONValue
from companyos.identity.subjects import AttributeValue, Subject


@dataclass(frozen=True, slots=True)
class TenantGiven:
    """The tenant that the cases are about. It uses the bundle under test."""

    tenant_id: str
    env: str
    data_region: str
    data_classification: str | None


@dataclass(frozen=True, slots=True)
class SubjectGiven:
    """A made-up subject; `tenant_id` is None for one of the tested tenant."""

    roles: frozenset[str]
    attributes: Mapping[str, AttributeValue]
    tenant_id: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceGiven:
    """A made-up resource; `tenant_id` is None for one of the tested tenant."""

    type: str
    attributes: Mapping[str, JSONValue]
    tenant_id: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a decision has to be; what is None may be anything."""

    effect: Effect
    code: ReasonCode | None = None
    rule_id: str | None = None

    def is_met_by(self, decision: Decision) -> bool:
        """Return whether the decision is as expected."""
        return (
            decision.effect is self.effect
            and self.code in {None, decision.code}
            and self.rule_id in {None, decision.rule_id}
        )

    def __str__(self) -> str:
        more = (text for text in (self.code, self.rule_id) if text is not None)
        return " ".join((self.effect, *more))


@dataclass(frozen=True, slots=True)
class Case:
    """One question and its expected answer. `line` is where it is written."""

    name: str
    subject: str
    action: str
    resource: str
    expected: Expected
    line: int = 0


@dataclass(frozen=True, slots=True)
class PolicyTests:
    """All that tests one policy bundle. `file` is where it is written."""

    bundle_id: str
    file: str
    tenant: TenantGiven
    subjects: Mapping[str, SubjectGiven]
    resources: Mapping[str, ResourceGiven]
    cases: tuple[Case, ...]

    def request(self, case: Case) -> Request:
        """Return the request that a case makes."""
        subject, resource = self.subjects[case.subject], self.resources[case.resource]
        own = self.tenant.tenant_id
        return Request(
            own,
            Subject(
                subject.tenant_id or own,
                case.subject,
                subject.roles,
                subject.attributes,
            ),
            case.action,
            Resource(
                resource.type,
                case.resource,
                resource.tenant_id or own,
                resource.attributes,
            ),
        )
