"""Made-up datasets for a demonstration: small, the same every time, asked for by flag.

Each tenant gets datasets of several classes in its own region and one that lies in
another, so that rules about either have something to refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from companyos.digests import JSONObject
from companyos.tenants import DataClassification, Tenant
from companyos_services.exports.store import Dataset, SqliteExports

ROWS = 5
INTERNAL = DataClassification.INTERNAL
CONFIDENTIAL = DataClassification.CONFIDENTIAL
RESTRICTED = DataClassification.RESTRICTED


def add_demo_data(
    store: SqliteExports, tenants: Iterable[Tenant], regions: Iterable[str]
) -> int:
    """Add what is missing, and return how many datasets that were."""
    every = sorted(regions)
    wanted = [dataset for tenant in tenants for dataset in demo_datasets(tenant, every)]
    return sum(store.add(dataset, demo_rows(dataset)) for dataset in wanted)


def demo_datasets(tenant: Tenant, regions: Iterable[str]) -> Iterator[Dataset]:
    """Yield a tenant's datasets; the last only where there is another region."""
    name, own = tenant.tenant_id, tenant.data_region
    yield Dataset(name, "invoices", own, CONFIDENTIAL, "Invoices of the last quarter")
    yield Dataset(name, "payroll", own, RESTRICTED, "Payroll")
    yield Dataset(name, "visits", own, INTERNAL, "Visits by day")
    elsewhere = next((region for region in regions if region != own), None)
    if elsewhere is not None:
        yield Dataset(name, "abroad", elsewhere, INTERNAL, "Orders from elsewhere")


def demo_rows(dataset: Dataset) -> list[JSONObject]:
    """Return the rows of one dataset."""
    return [
        {"tenant": dataset.tenant_id, "dataset": dataset.dataset_id, "number": number}
        for number in range(1, ROWS + 1)
    ]
