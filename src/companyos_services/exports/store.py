"""Where datasets and exports live. The tenant is part of every key and of every query.

An export holds a copy of the rows as they were, so that its digest stays true.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from companyos.digests import JSONObject, canonical_json, digest_of
from companyos.tenants import DataClassification
from companyos_services.database import Database, Schema

SCHEMA = Schema(
    application_id=0x434F4531,
    version=2,
    statements=(
        """CREATE TABLE datasets (
               tenant_id TEXT NOT NULL,
               dataset_id TEXT NOT NULL,
               data_region TEXT NOT NULL,
               classification TEXT NOT NULL,
               title TEXT NOT NULL,
               PRIMARY KEY (tenant_id, dataset_id)
           ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE dataset_rows (
               tenant_id TEXT NOT NULL,
               dataset_id TEXT NOT NULL,
               position INTEGER NOT NULL,
               document TEXT NOT NULL,
               PRIMARY KEY (tenant_id, dataset_id, position),
               FOREIGN KEY (tenant_id, dataset_id) REFERENCES datasets
           ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE exports (
               tenant_id TEXT NOT NULL,
               export_id TEXT NOT NULL,
               datasets TEXT NOT NULL,
               requested_by TEXT NOT NULL,
               requested_at TEXT NOT NULL,
               row_count INTEGER NOT NULL,
               digest TEXT NOT NULL,
               columns TEXT NOT NULL,
               PRIMARY KEY (tenant_id, export_id)
           ) STRICT""",
        """CREATE TABLE export_rows (
               tenant_id TEXT NOT NULL,
               export_id TEXT NOT NULL,
               position INTEGER NOT NULL,
               document TEXT NOT NULL,
               PRIMARY KEY (tenant_id, export_id, position),
               FOREIGN KEY (tenant_id, export_id) REFERENCES exports
           ) STRICT, WITHOUT ROWID""",
    ),
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset of one tenant: where its data lies, and how careful one must be."""

    tenant_id: str
    dataset_id: str
    data_region: str
    classification: DataClassification
    title: str


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export: which datasets, for whom, and the digest of its content.

    The digest is over its rows as JSON lines; `columns` are the members that they have.
    """

    tenant_id: str
    export_id: str
    datasets: tuple[str, ...]
    requested_by: str
    requested_at: str
    row_count: int
    digest: str
    columns: tuple[str, ...]


class ExportsStore(Protocol):
    """Where the service keeps datasets and exports."""

    def datasets_of(self, tenant_id: str) -> tuple[Dataset, ...]:
        """Return the tenant's datasets by id."""
        ...

    def export(
        self,
        tenant_id: str,
        datasets: Sequence[str],
        *,
        export_id: str,
        by: str,
        now: datetime,
    ) -> Export:
        """Copy the rows of these datasets of the tenant into a new export."""
        ...

    def export_of(self, tenant_id: str, export_id: str) -> Export | None:
        """Return the tenant's export of that id."""
        ...

    def rows_of(
        self, tenant_id: str, export_id: str, *, after: int, count: int
    ) -> tuple[str, ...]:
        """Return up to `count` rows as JSON, past the first `after` of the export."""
        ...


class SqliteExports:
    """Datasets and exports in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, SCHEMA)

    def datasets_of(self, tenant_id: str) -> tuple[Dataset, ...]:
        """Return the tenant's datasets by id."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT dataset_id, data_region, classification, title FROM datasets"
                " WHERE tenant_id = ? ORDER BY dataset_id",
                (tenant_id,),
            ).fetchall()
        return tuple(
            Dataset(tenant_id, name, region, DataClassification(classification), title)
            for name, region, classification, title in rows
        )

    def add(self, dataset: Dataset, rows: Sequence[JSONObject]) -> bool:
        """Add a dataset with its rows; an existing one stays as it is."""
        key = (dataset.tenant_id, dataset.dataset_id)
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT INTO datasets VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    *key,
                    dataset.data_region,
                    dataset.classification.value,
                    dataset.title,
                ),
            ).rowcount
            if added:
                connection.executemany(
                    "INSERT INTO dataset_rows VALUES (?, ?, ?, ?)",
                    [
                        (*key, position, canonical_json(row).decode())
                        for position, row in enumerate(rows)
                    ],
                )
        return bool(added)

    def export(
        self,
        tenant_id: str,
        datasets: Sequence[str],
        *,
        export_id: str,
        by: str,
        now: datetime,
    ) -> Export:
        """Copy the rows of these datasets of the tenant into a new export."""
        with self._database.writing() as connection:
            lines = [
                line
                for dataset_id in datasets
                for line in _lines(connection, tenant_id, dataset_id)
            ]
            content = "".join(line + "\n" for line in lines)
            export = Export(
                tenant_id=tenant_id,
                export_id=export_id,
                datasets=tuple(datasets),
                requested_by=by,
                requested_at=now.isoformat(timespec="milliseconds"),
                row_count=len(lines),
                digest=digest_of(content.encode()),
                columns=_columns(lines),
            )
            _insert(connection, export, lines)
        return export

    def export_of(self, tenant_id: str, export_id: str) -> Export | None:
        """Return the tenant's export of that id."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT datasets, requested_by, requested_at, row_count, digest,"
                " columns FROM exports WHERE tenant_id = ? AND export_id = ?",
                (tenant_id, export_id),
            ).fetchone()
        if row is None:
            return None
        datasets, by, at, count, digest, columns = row
        return Export(
            tenant_id=tenant_id,
            export_id=export_id,
            datasets=tuple(json.loads(datasets)),
            requested_by=by,
            requested_at=at,
            row_count=count,
            digest=digest,
            columns=tuple(json.loads(columns)),
        )

    def rows_of(
        self, tenant_id: str, export_id: str, *, after: int, count: int
    ) -> tuple[str, ...]:
        """Return up to `count` rows as JSON, past the first `after` of the export."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT document FROM export_rows WHERE tenant_id = ? AND export_id = ?"
                " AND position >= ? ORDER BY position LIMIT ?",
                (tenant_id, export_id, after, count),
            ).fetchall()
        return tuple(document for (document,) in rows)

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _lines(
    connection: sqlite3.Connection, tenant_id: str, dataset_id: str
) -> list[str]:
    rows = connection.execute(
        "SELECT document FROM dataset_rows WHERE tenant_id = ? AND dataset_id = ?"
        " ORDER BY position",
        (tenant_id, dataset_id),
    )
    return [document for (document,) in rows]


def _insert(
    connection: sqlite3.Connection, export: Export, lines: Sequence[str]
) -> None:
    key = (export.tenant_id, export.export_id)
    connection.execute(
        "INSERT INTO exports VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *key,
            json.dumps(export.datasets),
            export.requested_by,
            export.requested_at,
            export.row_count,
            export.digest,
            json.dumps(export.columns),
        ),
    )
    connection.executemany(
        "INSERT INTO export_rows VALUES (?, ?, ?, ?)",
        [(*key, position, line) for position, line in enumerate(lines)],
    )


def _columns(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the members that any of the rows has, in the order they first occur."""
    return tuple(dict.fromkeys(name for line in lines for name in json.loads(line)))
