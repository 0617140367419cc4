"""What SQL backends share: one joined query, and the subject that its rows are.

The tables are those of docs/reference/identity.md. A subject that is not active is
not there. A row that cannot be right (an attribute that is null, a key that is not the
one asked for) is refused: guessing would grant or deny by accident.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TypeAlias

from companyos.digests import strict_json
from companyos.errors import IntegrityError
from companyos.identity.subjects import (
    AttributeValue,
    Lookup,
    NotFound,
    Subject,
    Unavailable,
    attributes_of,
)

Row: TypeAlias = tuple[object, ...]

ATTRIBUTES_LENGTH_MAX = 64 * 1024


def query(*, parameter: str, attributes: str) -> str:
    """Return the query: tenant, subject, attributes as JSON text, and one role a row.

    `parameter` is the driver's placeholder, `attributes` the column as text.
    """
    return (
        f"SELECT s.tenant_id, s.subject_id, {attributes}, r.role"  # noqa: S608 - ours
        " FROM subjects s LEFT JOIN subject_roles r"
        " ON r.tenant_id = s.tenant_id AND r.subject_id = s.subject_id"
        f" WHERE s.tenant_id = {parameter} AND s.subject_id = {parameter}"
        " AND s.active"
    )


def lookup_of(rows: Sequence[Row], tenant_id: str, subject_id: str) -> Lookup:
    """Return the answer that the query's rows are."""
    if not rows:
        return NotFound(tenant_id, subject_id)
    # A column that ignores letter case would answer about somebody else.
    if any(row[:2] != (tenant_id, subject_id) for row in rows):
        return Unavailable("the database compares ids inexactly")
    roles = [row[3] for row in rows if row[3] is not None]
    names = frozenset(role for role in roles if isinstance(role, str) and role)
    attributes = _attributes(rows[0][2])
    if attributes is None or len(names) != len(roles):
        return Unavailable("the database holds a malformed subject")
    return Subject(tenant_id, subject_id, names, MappingProxyType(attributes))


def _attributes(written: object) -> dict[str, AttributeValue] | None:
    if not isinstance(written, str) or len(written) > ATTRIBUTES_LENGTH_MAX:
        return None
    try:
        return attributes_of(strict_json(written.encode()))
    except (IntegrityError, UnicodeEncodeError):
        return None
