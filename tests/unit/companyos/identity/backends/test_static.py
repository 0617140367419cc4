"""Subjects that the desired state lists itself."""

from __future__ import annotations

from collections.abc import Sequence

import desired_states as states
from companyos.identity import Directory, NotFound, Subject
from companyos.identity.backends.static import StaticDirectory
from companyos.testing import DirectoryContract


class TestStaticDirectory(DirectoryContract):
    def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
        """Return a directory of these; it cannot break."""
        return StaticDirectory(subjects)
