"""The HTTP interface of the settings service.

GET    /v1/settings          all settings of the caller's tenant
PUT    /v1/settings/{name}   set one
PATCH  /v1/settings          set several at once, all or none, behind a flag
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.routing import Route

from companyos.asgi.enforcement import Enforcement, Inquiry, refusal
from companyos.authz import Resource
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.errors import UsageError
from companyos.tenants import is_id
from companyos_services.http_json import (
    Answer,
    RequestError,
    json_object,
    json_response,
    only_member,
    route,
)
from companyos_services.settings.store import Setting, SettingsStore

FLAG_BULK_UPDATE = "settings-bulk-update"
READ = "settings:read"
UPDATE = "settings:update"
RESOURCE_TYPE = "settings"
EVERY = "all"
"""The resource id of a question about all settings of the tenant."""

VALUE_BYTES_MAX = 4096
BULK_MAX = 100


class SettingsService:
    """Answers requests from one store."""

    def __init__(self, store: SettingsStore, enforcement: Enforcement) -> None:
        self._store = store
        self._enforcement = enforcement

    def routes(self) -> list[Route]:
        """Return the paths of this service."""
        return [
            route("/v1/settings", get=self.show, patch=self.update_several),
            route("/v1/settings/{name}", put=self.update),
        ]

    async def show(self, request: Request) -> Answer:
        """Return all settings of the caller's tenant."""
        inquiry = await self._enforcement.begin(request.scope, READ)
        decision = inquiry.decide(READ, _resource(inquiry, EVERY))
        if not decision.allowed:
            return refusal(decision)
        tenant_id = inquiry.tenant.tenant_id
        settings = await asyncio.to_thread(self._store.all_of, tenant_id)
        return json_response({"settings": [_document(each) for each in settings]})

    async def update(self, request: Request) -> Answer:
        """Set one setting."""
        inquiry = await self._enforcement.begin(request.scope, UPDATE)
        name = str(request.path_params["name"])
        # Only an id may reach the question: what is no name is asked about as a whole.
        asked = name if is_id(name) else EVERY
        decision = inquiry.decide(UPDATE, _resource(inquiry, asked))
        if not decision.allowed:
            return refusal(decision)
        value = only_member(await json_object(request), "value")
        settings = await self._put(inquiry, checked_values({name: value}))
        return json_response(_document(settings[0]))

    async def update_several(self, request: Request) -> Answer:
        """Set several settings at once, where that feature is on."""
        inquiry = await self._enforcement.begin(request.scope, UPDATE)
        bulk = inquiry.evaluate(FLAG_BULK_UPDATE)
        decision = inquiry.decide(UPDATE, _resource(inquiry, EVERY))
        if not decision.allowed:
            return refusal(decision)
        if bulk.value is not True:
            return inquiry.feature_off(bulk)
        values = only_member(await json_object(request), "settings")
        if not isinstance(values, Mapping) or not 0 < len(values) <= BULK_MAX:
            raise RequestError(
                "settings_malformed", f"expected an object of 1 to {BULK_MAX} settings"
            )
        settings = await self._put(inquiry, checked_values(values))
        return json_response({"settings": [_document(each) for each in settings]})

    async def _put(
        self, inquiry: Inquiry, values: Mapping[str, JSONValue]
    ) -> tuple[Setting, ...]:
        return await asyncio.to_thread(
            self._store.put,
            inquiry.tenant.tenant_id,
            values,
            by=inquiry.caller.subject_id,
            now=inquiry.now,
        )


def checked_values(values: Mapping[str, JSONValue]) -> Mapping[str, JSONValue]:
    """Return `values` if each has a setting's name and a value that can be kept.

    Raises:
        RequestError: otherwise.
    """
    for name, value in values.items():
        if not is_id(name):
            raise RequestError(
                "setting_name_malformed",
                "a setting's name has 1 to 63 lower-case letters, digits and hyphens",
            )
        try:
            size = len(canonical_json(value))
        except UsageError as error:
            raise RequestError(
                "setting_value_malformed",
                "a value may hold text, whole numbers, booleans, null, lists, objects",
            ) from error
        if size > VALUE_BYTES_MAX:
            raise RequestError(
                "setting_value_too_large",
                f"a value may have at most {VALUE_BYTES_MAX} bytes",
            )
    return values


def _resource(inquiry: Inquiry, name: str) -> Resource:
    return Resource(RESOURCE_TYPE, name, inquiry.tenant.tenant_id)


def _document(setting: Setting) -> JSONObject:
    return {
        "name": setting.name,
        "value": setting.value,
        "version": setting.version,
        "updated_at": setting.updated_at,
        "updated_by": setting.updated_by,
    }
