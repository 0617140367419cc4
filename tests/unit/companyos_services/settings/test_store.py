from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from companyos.digests import JSONValue
from companyos.errors import UsageError
from companyos_services.settings.store import SqliteSettings

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteSettings]:
    """Give an empty store."""
    made = SqliteSettings(tmp_path / "settings.sqlite")
    yield made
    made.close()


@pytest.mark.parametrize(
    "value", [None, True, 0, -(2**53) + 1, "", "ä\u2028\0", [], {}, [{"a": [None]}]]
)
def test_a_value_is_returned_as_it_was_set(
    store: SqliteSettings, value: JSONValue
) -> None:
    """Every kind of JSON value keeps its kind."""
    store.put("pilot-a", {"x": value}, by="adam", now=NOW)
    (setting,) = store.all_of("pilot-a")
    assert setting.value == value
    assert type(setting.value) is type(value)


def test_each_tenant_has_its_own_settings(store: SqliteSettings) -> None:
    """One name in two tenants is two settings with versions of their own."""
    store.put("pilot-a", {"x": 1}, by="adam", now=NOW)
    store.put("pilot-a", {"x": 2}, by="adam", now=NOW)
    store.put("pilot-b", {"x": 3}, by="bea", now=NOW)
    found = {
        tenant: [(each.value, each.version) for each in store.all_of(tenant)]
        for tenant in ("pilot-a", "pilot-b", "pilot", "%")
    }
    assert found == {"pilot-a": [(2, 2)], "pilot-b": [(3, 1)], "pilot": [], "%": []}


def test_several_settings_change_together_or_not_at_all(store: SqliteSettings) -> None:
    """A value that cannot be kept keeps the others out too."""
    with pytest.raises(UsageError):
        store.put("pilot-a", {"a": 1, "b": 1.5}, by="adam", now=NOW)
    assert store.all_of("pilot-a") == ()
