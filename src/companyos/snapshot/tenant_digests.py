"""The digests of one tenant's own part of a desired state, by component.

Two desired states that give a tenant the same digests decide alike for it in everything
that its own configuration says. Drift compares all tenants, so the canonical JSON of
what many share is written once and then put together: an object's canonical form is its
members' canonical forms, in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from companyos.authz.policies import Policies
from companyos.digests import JSONObject, JSONValue, canonical_json, digest_of
from companyos.documents import object_at
from companyos.flags.ready import FlagSet
from companyos.tenants import Tenant


class TenantDigests:
    """Works out digests of tenants when asked, and remembers them."""

    __slots__ = ("_flags", "_known", "_policies", "_records", "_regions")

    def __init__(
        self,
        records: JSONObject,
        regions: JSONObject,
        policies: PolicyParts,
        flags: FlagParts,
    ) -> None:
        self._records = records
        self._regions = canonical_json(regions)
        self._policies = policies
        self._flags = flags
        self._known: dict[str, Mapping[str, str]] = {}

    def of(self, tenant: Tenant) -> Mapping[str, str]:
        """Return the tenant's digests, by component."""
        known = self._known.get(tenant.tenant_id)
        if known is None:
            record = canonical_json(self._records[tenant.tenant_id])
            own = b'{"regions":%s,"tenant":%s}' % (self._regions, record)
            known = MappingProxyType(
                {
                    "tenant": digest_of(own),
                    "policies": self._policies.digest_of(tenant.policy_bundle_ref),
                    "flags": self._flags.digest_of(tenant),
                }
            )
            self._known[tenant.tenant_id] = known
        return known


class PolicyParts:
    """The part of the policies that one policy bundle needs."""

    __slots__ = ("_catalog", "_known", "_policies", "_records")

    def __init__(self, document: JSONValue, policies: Policies) -> None:
        fields = object_at(document, "policies")
        self._catalog = fields["catalog"]
        self._records = object_at(fields["bundles"], "policies.bundles")
        self._policies = policies
        self._known: dict[str, str] = {}

    def digest_of(self, bundle_id: str) -> str:
        """Return the digest of catalogue, bundle and all that the bundle extends."""
        known = self._known.get(bundle_id)
        if known is None:
            chain = self._policies.bundles[bundle_id].chain
            bundles = {name: self._records[name] for name in chain}
            part = {"catalog": self._catalog, "bundles": bundles}
            known = self._known[bundle_id] = digest_of(canonical_json(part))
        return known


class FlagParts:
    """The part of the flags that one tenant takes part in."""

    __slots__ = ("_flags", "_known", "_members", "_records")

    def __init__(self, document: JSONValue, flags: FlagSet) -> None:
        self._records = object_at(object_at(document, "flags")["flags"], "flags.flags")
        self._flags = flags
        self._members: dict[str, bytes] = {}
        self._known: dict[frozenset[str], str] = {}

    def digest_of(self, tenant: Tenant) -> str:
        """Return the digest of the tenant's flags and all their prerequisites."""
        own = tenant.feature_flags
        ready = self._flags.ready
        named = own.union(*(ready[flag_id].needed for flag_id in own))
        tenant_id = tenant.tenant_id
        if any(tenant_id in ready[flag_id].overrides for flag_id in named):
            return self._written(named, tenant_id)
        known = self._known.get(named)
        if known is None:
            known = self._known[named] = self._written(named, tenant_id)
        return known

    def _written(self, named: frozenset[str], tenant_id: str) -> str:
        # Ids are ASCII, where the order of code points is that of canonical JSON.
        members = (self._member(flag_id, tenant_id) for flag_id in sorted(named))
        return digest_of(b"{%s}" % b",".join(members))

    def _member(self, flag_id: str, tenant_id: str) -> bytes:
        if tenant_id in self._flags.ready[flag_id].overrides:
            return self._reduced(flag_id, tenant_id)
        known = self._members.get(flag_id)
        if known is None:
            known = self._members[flag_id] = self._reduced(flag_id, None)
        return known

    def _reduced(self, flag_id: str, tenant_id: str | None) -> bytes:
        """Return a flag as a member, with at most this one tenant's override."""
        record = object_at(self._records[flag_id], flag_id)
        overrides = object_at(record["overrides"], "overrides")
        kept = {} if tenant_id is None else {tenant_id: overrides[tenant_id]}
        reduced = canonical_json({**record, "overrides": kept})
        return b'"%s":%s' % (flag_id.encode(), reduced)
