"""Subjects and tenants as conditions see them.

A subject is checked against the catalogue once for each `Subject` object and then
remembered, because a directory hands out the same object many times. What is remembered
is a copy, compared with the subject's attributes at every use, so a subject changed in
place is checked again. The memory holds at most `capacity` subjects and is emptied when
full: subjects that come only once cost a check each, and never more memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from companyos.catalog.attributes import AttributeReader, is_key
from companyos.catalog.model import Catalog
from companyos.catalog.role_bits import RoleBits
from companyos.conditions.values import Value
from companyos.identity.subjects import Subject
from companyos.tenants import Regions, Tenant

CAPACITY = 1024


@dataclass(frozen=True, slots=True)
class Principal:
    """A subject that fits the catalogue. `variables` is what conditions see of it.

    `role_bits` are its roles as `RoleBits` has them.
    """

    subject: Subject
    tenant_id: str
    roles: frozenset[str]
    role_bits: int
    given: Mapping[str, object]
    variables: Mapping[str, Value]


class Principals:
    """Checks subjects against one catalogue and one table of regions.

    `known` are those remembered, by the `id` of their `Subject`. It may be of another
    object that was there before, or have changed since: `of` says when it still holds.
    """

    __slots__ = (
        "_attributes",
        "_capacity",
        "_regions",
        "_role_bits",
        "_roles",
        "known",
    )

    def __init__(
        self, catalog: Catalog, regions: Regions, *, capacity: int = CAPACITY
    ) -> None:
        self._attributes = AttributeReader(catalog.subject)
        self._regions = regions
        self._roles = frozenset(catalog.roles)
        self._role_bits = RoleBits(catalog.roles)
        self._capacity = capacity
        self.known: dict[int, Principal] = {}

    def of(self, subject: Subject) -> Principal | str:
        """Return the subject as conditions see it, or what is wrong with it."""
        known = self.known.get(id(subject))
        if (
            known is not None
            and known.subject is subject
            and known.given == subject.attributes
        ):
            return known
        checked = self._checked(subject)
        if isinstance(checked, Principal):
            if len(self.known) >= self._capacity:
                self.known.clear()
            self.known[id(subject)] = checked
        return checked

    @property
    def remembered(self) -> int:
        """Return how many subjects are remembered."""
        return len(self.known)

    def forget(self) -> None:
        """Empty the memory."""
        self.known.clear()

    def _checked(self, subject: Subject) -> Principal | str:
        if problem := self._shape_problem(subject):
            return problem
        given = dict(subject.attributes)
        attributes: dict[str, Value] = {}
        # What the catalogue does not declare is left out: no condition can name it, and
        # a directory serves others as well.
        if problem := self._attributes.read(given, attributes):
            return f"subject attribute {problem}"
        variables: dict[str, Value] = {
            "id": subject.subject_id,
            "tenant": subject.tenant_id,
            "roles": tuple(sorted(subject.roles)),
            "attributes": attributes,
        }
        country = attributes.get("country")
        region = self._regions.of(country) if isinstance(country, str) else None
        if region is not None:
            variables["region"] = region
        return Principal(
            subject,
            subject.tenant_id,
            subject.roles,
            self._role_bits.held(subject.roles),
            given,
            variables,
        )

    def _shape_problem(self, subject: Subject) -> str:
        if not isinstance(subject, Subject):
            return "the subject is not a subject"
        if not is_key(subject.tenant_id) or not is_key(subject.subject_id):
            return "the subject's ids are not 1 to 256 visible ASCII characters"
        if type(subject.roles) is not frozenset:
            return "the subject's roles are not a set"
        if not subject.roles <= self._roles:
            return "the subject has a role that the catalogue does not declare"
        if not isinstance(subject.attributes, Mapping):
            return "the subject's attributes are not a mapping"
        return ""


def tenant_variables(tenant: Tenant) -> Mapping[str, Value]:
    """Return what conditions see of a tenant."""
    variables: dict[str, Value] = {
        "id": tenant.tenant_id,
        "env": tenant.env,
        "data_region": tenant.data_region,
    }
    if tenant.data_classification is not None:
        variables["data_classification"] = tenant.data_classification.value
    return variables
