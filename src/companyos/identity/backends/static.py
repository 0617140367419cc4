"""Subjects that the desired state itself lists: for demos, tests and small teams."""

from __future__ import annotations

from collections.abc import Iterable

from companyos.identity.subjects import Lookup, NotFound, Subject


class StaticDirectory:
    """A directory of the given subjects; it always answers."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._subjects = {
            (subject.tenant_id, subject.subject_id): subject for subject in subjects
        }

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the subject, or that the tenant has none of this id."""
        found = self._subjects.get((tenant_id, subject_id))
        return NotFound(tenant_id, subject_id) if found is None else found
