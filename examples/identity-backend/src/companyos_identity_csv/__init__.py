"""An identity backend for CompanyOS that reads a CSV file.

The file has the columns `tenant_id`, `subject_id` and `roles` (separated by spaces);
every further column is an attribute, absent where its cell is empty.
"""

from __future__ import annotations

import csv
from pathlib import Path
from types import MappingProxyType

from companyos.identity import Lookup, NotFound, Subject, Unavailable
from companyos.identity.backend import Backend, Setup

KEY = ("tenant_id", "subject_id")
ROLES = "roles"


class CsvDirectory:
    """The subjects in the file at `path`, which is read at every lookup."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the subject, or which of the other two answers it is."""
        try:
            with self._path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file, strict=True):
                    if (row["tenant_id"], row["subject_id"]) == (tenant_id, subject_id):
                        return _subject(row)
        # Whatever the file is not, it is not a statement that nobody is there.
        except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
            return Unavailable(f"the CSV file: {type(error).__name__}")
        return NotFound(tenant_id, subject_id)


def _subject(row: dict[str, str]) -> Subject:
    known = {
        name: text for name, text in row.items() if name not in {*KEY, ROLES} and text
    }
    return Subject(
        tenant_id=row["tenant_id"],
        subject_id=row["subject_id"],
        roles=frozenset(row[ROLES].split()),
        attributes=MappingProxyType(known),
    )


def _open(setup: Setup) -> CsvDirectory:
    setup.check({"path", "path_env"})
    return CsvDirectory(setup.around.folder / setup.place("path"))


BACKEND = Backend(api_version=1, open=_open)
