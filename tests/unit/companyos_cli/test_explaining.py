"""Pages about checks, from wherever they are."""

from __future__ import annotations

import pytest

from companyos.config.check_names import ALL
from companyos.errors import UsageError
from companyos_cli.explaining import page_about


@pytest.mark.parametrize("check", sorted(ALL))
def test_every_check_can_be_explained(check: str) -> None:
    """Its page begins with its name."""
    assert page_about(check).startswith(f"# {check}\n")


@pytest.mark.parametrize("name", ["flag/expird", "../../../README", "", "README"])
def test_what_is_no_check_has_no_page(name: str) -> None:
    """A name never becomes a path to something else."""
    with pytest.raises(UsageError, match="there is no check"):
        page_about(name)
