"""Which path is which kind of file."""

from __future__ import annotations

import pytest

from companyos.config.kinds import Kind, kind_of_path, modeline, stem_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("config/tenants/acme.yaml", Kind.TENANT),
        ("config/policies/base.yaml", Kind.POLICY),
        ("config/flags/bulk-export.yaml", Kind.FLAG),
        ("config/catalog.yaml", Kind.CATALOG),
        ("config/policies/base.tests.yaml", Kind.POLICY_TESTS),
        ("config/tenants/acme.yml", None),
        ("config/tenants/deeper/acme.yaml", None),
        ("config/tenants.yaml", None),
        ("config/flags", None),
        ("catalog.yaml", None),
        ("config/tenants/acme.yaml\n", None),
    ],
)
def test_a_path_has_one_kind_or_none(path: str, kind: Kind | None) -> None:
    """Only files directly in their folder, and with the one ending, are read."""
    assert kind_of_path(path) is kind


def test_the_first_line_leads_to_the_schema() -> None:
    """Relative to the file, so that editors find it in any checkout."""
    prefix = "# yaml-language-server: $schema="
    assert modeline(Kind.TENANT) == prefix + "../../schemas/tenant.schema.json"
    assert modeline(Kind.STAGES) == prefix + "../schemas/stages.schema.json"


def test_a_file_is_called_like_its_id() -> None:
    """The name without folder and ending."""
    assert stem_of("config/tenants/pilot-a.yaml") == "pilot-a"
