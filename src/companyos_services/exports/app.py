"""The HTTP interface of the exports service.

    GET   /v1/datasets               the datasets that the caller may read
    POST  /v1/exports                export datasets, while exports are open; several
                                     at once behind a flag of its own
    GET   /v1/exports/{id}           an export, to whoever may make it
    GET   /v1/exports/{id}/content   its rows, as CSV or as one JSON object a line

Whether an export may be seen is asked as whether it may be made: a right that is taken
back takes the finished exports with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from companyos.asgi.enforcement import Enforcement, Inquiry, refusal
from companyos.asgi.problems import Problem
from companyos.authz import Decision, Resource
from companyos.digests import JSONObject, JSONValue
from companyos.tenants import DataClassification, is_id
from companyos_services.exports.formats import Format
from companyos_services.exports.store import Dataset, Export, ExportsStore
from companyos_services.http_json import (
    Answer,
    RequestError,
    json_object,
    json_response,
    only_member,
    route,
)

FLAG_BULK_EXPORT = "bulk-export"
FLAG_EXPORTS_OPEN = "exports-open"
FLAG_FORMAT = "export-format"
FLAG_PAGE_SIZE = "export-page-size"
READ = "dataset:read"
EXPORT = "dataset:export"
RESOURCE_TYPE = "dataset"
DATASETS_MAX = 100
PAGE_SIZE = 100
"""How many rows are read at once where no flag says it."""

PAGE_SIZE_MAX = 10_000


class ExportsService:
    """Answers requests from one store. `new_id` makes the id of an export."""

    def __init__(
        self,
        store: ExportsStore,
        enforcement: Enforcement,
        *,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._enforcement = enforcement
        self._new_id = new_id

    def routes(self) -> list[Route]:
        """Return the paths of this service."""
        return [
            route("/v1/datasets", get=self.datasets),
            route("/v1/exports", post=self.create),
            route("/v1/exports/{export_id}", get=self.show),
            route("/v1/exports/{export_id}/content", get=self.content),
        ]

    async def datasets(self, request: Request) -> Answer:
        """Return the datasets that the caller may read; none at all is a refusal."""
        inquiry = await self._enforcement.begin(request.scope, READ)
        datasets = await self._datasets_of(inquiry)
        decisions = [
            (dataset, inquiry.decide(READ, _resource(inquiry, dataset)))
            for dataset in datasets or [None]
        ]
        readable = [found for found, decision in decisions if decision.allowed]
        if not readable:
            return refusal(decisions[0][1])
        documents = [_dataset_document(each) for each in readable if each is not None]
        return json_response({"datasets": documents})

    async def create(self, request: Request) -> Answer:
        """Export the named datasets."""
        inquiry = await self._enforcement.begin(request.scope, EXPORT)
        ids = dataset_ids(only_member(await json_object(request), "datasets"))
        needed = [FLAG_EXPORTS_OPEN, *([FLAG_BULK_EXPORT] if len(ids) > 1 else [])]
        features = [inquiry.evaluate(flag_id) for flag_id in needed]
        objection = await self._objection(inquiry, ids)
        if objection is not None:
            return objection
        for feature in features:
            if feature.value is not True:
                return inquiry.feature_off(feature)
        export = await asyncio.to_thread(
            self._store.export,
            inquiry.tenant.tenant_id,
            ids,
            export_id=self._new_id(),
            by=inquiry.caller.subject_id,
            now=inquiry.now,
        )
        return json_response(_export_document(export), HTTPStatus.CREATED)

    async def show(self, request: Request) -> Answer:
        """Return one export of the caller's tenant."""
        inquiry = await self._enforcement.begin(request.scope, EXPORT)
        found = await self._permitted(inquiry, request)
        if isinstance(found, Problem):
            return found
        return json_response(_export_document(found))

    async def content(self, request: Request) -> Answer:
        """Return the rows of one export of the caller's tenant."""
        inquiry = await self._enforcement.begin(request.scope, EXPORT)
        format_, size = file_format(inquiry), page_size(inquiry)
        found = await self._permitted(inquiry, request)
        if isinstance(found, Problem):
            return found
        headers = {
            "content-disposition": (
                f'attachment; filename="{found.export_id}.{format_.suffix}"'
            ),
            "x-content-type-options": "nosniff",
        }
        return StreamingResponse(
            self._content(found, format_, size), headers=headers, media_type=format_
        )

    async def _content(
        self, export: Export, format_: Format, size: int
    ) -> AsyncIterator[bytes]:
        """Yield the file, never more than a page of rows in memory."""
        yield format_.head(export.columns)
        key = (export.tenant_id, export.export_id)
        for after in range(0, export.row_count, size):
            rows = await asyncio.to_thread(
                self._store.rows_of, *key, after=after, count=size
            )
            yield format_.body(export.columns, rows)

    async def _permitted(self, inquiry: Inquiry, request: Request) -> Export | Problem:
        """Return the export that the path names, if the caller might make it now."""
        export = await asyncio.to_thread(
            self._store.export_of,
            inquiry.tenant.tenant_id,
            str(request.path_params["export_id"]),
        )
        if export is None:
            # Asked all the same: who may export nothing learns nothing about ids.
            decision = inquiry.decide(EXPORT, _resource(inquiry, None))
            return NO_SUCH_EXPORT if decision.allowed else refusal(decision)
        objection = await self._objection(inquiry, export.datasets)
        return export if objection is None else objection

    async def _objection(self, inquiry: Inquiry, ids: Iterable[str]) -> Problem | None:
        """Return why the caller may not export all of these datasets."""
        known = {each.dataset_id: each for each in await self._datasets_of(inquiry)}
        decisions: list[tuple[str, Decision]] = [
            (each, inquiry.decide(EXPORT, _resource(inquiry, known.get(each))))
            for each in ids
        ]
        for _, decision in decisions:
            if not decision.allowed:
                return refusal(decision)
        missing = [each for each, _ in decisions if each not in known]
        return NO_SUCH_DATASET if missing else None

    async def _datasets_of(self, inquiry: Inquiry) -> tuple[Dataset, ...]:
        tenant_id = inquiry.tenant.tenant_id
        return await asyncio.to_thread(self._store.datasets_of, tenant_id)


def file_format(inquiry: Inquiry) -> Format:
    """Return the file format that the caller gets; JSON lines where no flag says."""
    value = inquiry.evaluate(FLAG_FORMAT).value
    return Format.CSV if value == Format.CSV else Format.JSON_LINES


def page_size(inquiry: Inquiry) -> int:
    """Return how many rows are read at once for this caller."""
    value = inquiry.evaluate(FLAG_PAGE_SIZE).value
    if type(value) is int and 0 < value <= PAGE_SIZE_MAX:
        return value
    return PAGE_SIZE


def dataset_ids(value: JSONValue) -> tuple[str, ...]:
    """Return the ids of a request, each once, in the order they were asked for.

    Raises:
        RequestError: unless it is a list of a few dataset ids.
    """
    if isinstance(value, list) and 0 < len(value) <= DATASETS_MAX:
        ids = [each for each in value if isinstance(each, str) and is_id(each)]
        if len(ids) == len(value):
            return tuple(dict.fromkeys(ids))
    raise RequestError(
        "datasets_malformed", f"expected a list of 1 to {DATASETS_MAX} dataset ids"
    )


def _resource(inquiry: Inquiry, dataset: Dataset | None) -> Resource:
    """Return the dataset as a resource; None stands for one of the tenant's usual."""
    tenant = inquiry.tenant
    if dataset is None:
        usual = tenant.data_classification or DataClassification.INTERNAL
        dataset = Dataset(tenant.tenant_id, "any", tenant.data_region, usual, "")
    attributes = {
        "data_region": dataset.data_region,
        "classification": dataset.classification.value,
    }
    return Resource(RESOURCE_TYPE, dataset.dataset_id, tenant.tenant_id, attributes)


def _dataset_document(dataset: Dataset) -> JSONObject:
    return {
        "id": dataset.dataset_id,
        "title": dataset.title,
        "data_region": dataset.data_region,
        "classification": dataset.classification.value,
    }


def _export_document(export: Export) -> JSONObject:
    return {
        "id": export.export_id,
        "status": "finished",
        "datasets": list(export.datasets),
        "requested_by": export.requested_by,
        "requested_at": export.requested_at,
        "row_count": export.row_count,
        "digest": export.digest,
    }


NO_SUCH_EXPORT = Problem(
    HTTPStatus.NOT_FOUND, "export_not_found", "the tenant has no such export"
)
NO_SUCH_DATASET = Problem(
    HTTPStatus.NOT_FOUND, "dataset_not_found", "the tenant has no such dataset"
)
