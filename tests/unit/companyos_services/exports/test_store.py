from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from companyos.digests import digest_of
from companyos.tenants import DataClassification, Tenant
from companyos_services.exports.demo_data import add_demo_data
from companyos_services.exports.store import Dataset, SqliteExports

INTERNAL = DataClassification.INTERNAL
NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteExports]:
    """Give a store in which two tenants have a dataset of the same name."""
    made = SqliteExports(tmp_path / "exports.sqlite")
    made.add(
        Dataset("pilot-a", "visits", "eu", INTERNAL, "Visits"), [{"n": 1}, {"n": 2}]
    )
    made.add(Dataset("pilot-b", "visits", "us", INTERNAL, "Visits"), [{"n": 3}])
    yield made
    made.close()


def test_an_export_is_a_copy_of_the_tenant_s_own_rows(store: SqliteExports) -> None:
    """Of two datasets of the same name only the tenant's goes into its export."""
    made = store.export("pilot-a", ["visits"], export_id="e1", by="ana", now=NOW)
    rows = store.rows_of("pilot-a", "e1", after=0, count=10)
    assert rows == ('{"n":1}', '{"n":2}')
    assert (made.row_count, made.columns) == (2, ("n",))
    assert made.digest == digest_of(b'{"n":1}\n{"n":2}\n')
    assert store.export_of("pilot-a", "e1") == made


def test_an_export_is_found_by_its_own_tenant_only(store: SqliteExports) -> None:
    """Two tenants may even have exports of the same id."""
    store.export("pilot-a", ["visits"], export_id="e1", by="ana", now=NOW)
    assert store.export_of("pilot-b", "e1") is None
    assert store.rows_of("pilot-b", "e1", after=0, count=10) == ()
    store.export("pilot-b", ["visits"], export_id="e1", by="bob", now=NOW)
    assert store.rows_of("pilot-b", "e1", after=0, count=10) == ('{"n":3}',)


def test_rows_are_read_in_pages(store: SqliteExports) -> None:
    """A page begins where the one before ended, and past the end there is none."""
    store.export("pilot-a", ["visits"], export_id="e1", by="ana", now=NOW)
    pages = [store.rows_of("pilot-a", "e1", after=after, count=1) for after in range(3)]
    assert pages == [('{"n":1}',), ('{"n":2}',), ()]


def test_a_dataset_that_is_there_stays_as_it_is(store: SqliteExports) -> None:
    """Adding again changes neither its region nor its rows."""
    assert not store.add(
        Dataset("pilot-a", "visits", "us", INTERNAL, "Other"), [{"n": 9}]
    )
    (dataset,) = store.datasets_of("pilot-a")
    assert dataset.data_region == "eu"
    made = store.export("pilot-a", ["visits"], export_id="e1", by="ana", now=NOW)
    assert made.row_count == 2


def test_demo_data_is_added_once_and_has_something_to_refuse(
    store: SqliteExports,
) -> None:
    """A tenant gets data of its own region and of another, where there is one."""
    tenant = Tenant(
        "internal", "Internal", "dev", "base", frozenset(), "eu", "o@companyos.example"
    )
    assert add_demo_data(store, [tenant], {"eu", "us"}) == 4
    assert add_demo_data(store, [tenant], {"eu", "us"}) == 0
    regions = [each.data_region for each in store.datasets_of("internal")]
    assert sorted(regions) == ["eu", "eu", "eu", "us"]
