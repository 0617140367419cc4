"""The CSV backend does what every backend must."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from companyos_identity_csv import CsvDirectory

from companyos.identity import Directory, Subject
from companyos.testing import DirectoryContract

ATTRIBUTES = ("department", "country", "employment_type")


class TestCsvDirectory(DirectoryContract):
    """Files of their own, one for each test."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
        """Return a directory over a new file."""
        path = self.folder / "subjects.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["tenant_id", "subject_id", "roles", *ATTRIBUTES])
            for each in subjects:
                known = [each.attributes.get(name, "") for name in ATTRIBUTES]
                roles = " ".join(sorted(each.roles))
                writer.writerow([each.tenant_id, each.subject_id, roles, *known])
        return CsvDirectory(path)

    def broken_directory(self) -> Directory:
        """Return one whose file is not there."""
        return CsvDirectory(self.folder / "missing.csv")
