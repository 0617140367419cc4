from __future__ import annotations

import pytest

from companyos.identity.subjects import can_exist


@pytest.mark.parametrize("subject_id", ["ana", "o'hara", "a/b", "%00", "~" * 256])
def test_visible_ascii_is_an_id(subject_id: str) -> None:
    """Quotes, slashes and percent signs are letters like others."""
    assert can_exist("pilot-a", subject_id)


@pytest.mark.parametrize(
    "subject_id",
    ["", "a b", "a\n", "a\x00", "a\x7f", "\u00e9", "e\u0301", "\u200bana", "~" * 257],
)
def test_what_could_look_like_another_id_is_none(subject_id: str) -> None:
    """Both normal forms of a letter with an accent are out, so they never compete."""
    assert not can_exist("pilot-a", subject_id)


@pytest.mark.parametrize("tenant_id", ["", "Pilot", "a/b", "..", "a" * 64, "a\n"])
def test_a_tenant_has_an_id_of_the_platform(tenant_id: str) -> None:
    """What no tenant may be called, no directory holds."""
    assert not can_exist(tenant_id, "ana")
