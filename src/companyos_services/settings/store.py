"""Where settings live. The tenant is part of every key and of every query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from companyos.digests import JSONValue, canonical_json
from companyos_services.database import Database, Schema

SCHEMA = Schema(
    application_id=0x434F5331,
    version=1,
    statements=(
        """CREATE TABLE settings (
               tenant_id TEXT NOT NULL,
               name TEXT NOT NULL,
               value TEXT NOT NULL,
               version INTEGER NOT NULL,
               updated_at TEXT NOT NULL,
               updated_by TEXT NOT NULL,
               PRIMARY KEY (tenant_id, name)
           ) STRICT, WITHOUT ROWID""",
    ),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of one tenant. `version` counts its changes, from 1."""

    name: str
    value: JSONValue
    version: int
    updated_at: str
    updated_by: str


class SettingsStore(Protocol):
    """Where the service keeps settings."""

    def all_of(self, tenant_id: str) -> tuple[Setting, ...]:
        """Return the tenant's settings by name."""
        ...

    def put(
        self,
        tenant_id: str,
        values: Mapping[str, JSONValue],
        *,
        by: str,
        now: datetime,
    ) -> tuple[Setting, ...]:
        """Set all of `values` or none, and return the settings as they are now."""
        ...


class SqliteSettings:
    """Settings in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, SCHEMA)

    def all_of(self, tenant_id: str) -> tuple[Setting, ...]:
        """Return the tenant's settings by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT name, value, version, updated_at, updated_by FROM settings"
                " WHERE tenant_id = ? ORDER BY name",
                (tenant_id,),
            ).fetchall()
        return tuple(_setting(row) for row in rows)

    def put(
        self,
        tenant_id: str,
        values: Mapping[str, JSONValue],
        *,
        by: str,
        now: datetime,
    ) -> tuple[Setting, ...]:
        """Set all of `values` or none, and return the settings as they are now."""
        when = now.isoformat(timespec="milliseconds")
        changed = []
        with self._database.writing() as connection:
            for name, value in sorted(values.items()):
                text = canonical_json(value).decode()
                row = connection.execute(
                    "INSERT INTO settings VALUES (?, ?, ?, 1, ?, ?)"
                    " ON CONFLICT (tenant_id, name) DO UPDATE SET"
                    " value = excluded.value, version = version + 1,"
                    " updated_at = excluded.updated_at,"
                    " updated_by = excluded.updated_by"
                    " RETURNING name, value, version, updated_at, updated_by",
                    (tenant_id, name, text, when, by),
                ).fetchone()
                changed.append(_setting(row))
        return tuple(changed)

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _setting(row: tuple[str, str, int, str, str]) -> Setting:
    name, value, version, updated_at, updated_by = row
    return Setting(name, json.loads(value), version, updated_at, updated_by)
