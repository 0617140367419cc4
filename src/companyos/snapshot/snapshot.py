"""One compiled desired state, loaded from three documents and never changed again.

Loading is all or nothing: what is read strictly, agrees with itself and compiles is a
snapshot; anything else is refused and leaves whoever asked with what they had. A
service swaps snapshots by one assignment, and a decision uses one from start to end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from companyos.authz.decision import Scope, scopes_of
from companyos.authz.policies import Policies
from companyos.authz.wire import read_policies
from companyos.catalog import AttributeReader, Principals, tenant_variables
from companyos.conditions import Value
from companyos.digests import digest_of, digest_of_value, strict_json
from companyos.errors import IntegrityError, UsageError
from companyos.flags.ranking import TenantRanks
from companyos.flags.ready import FlagSet
from companyos.flags.wire import read_flags
from companyos.identity.settings import IdentitySettings
from companyos.snapshot.tenant_digests import FlagParts, PolicyParts, TenantDigests
from companyos.snapshot.tenants_document import read_tenants
from companyos.tenants import Regions, Tenant

COMPONENTS = ("tenants", "policies", "flags")
"""The compiled parts of a desired state, in the order they are named."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Snapshot:
    """Everything decisions need. `root` is the digest over those of `components`."""

    tenants: Mapping[str, Tenant]
    regions: Regions
    identity: IdentitySettings
    policies: Policies
    flags: FlagSet
    components: Mapping[str, str]
    root: str
    principals: Principals
    context_reader: AttributeReader
    tenant_ranks: TenantRanks
    tenant_variables: Mapping[str, Mapping[str, Value]]
    scopes: Mapping[str, Scope]
    _digests: TenantDigests = field(repr=False)

    @classmethod
    def load(cls, *, tenants: bytes, policies: bytes, flags: bytes) -> Snapshot:
        """Return the snapshot of three compiled documents.

        Raises:
            IntegrityError: if they are not what the compiler writes, or disagree.
        """
        digests = {
            "tenants": digest_of(tenants),
            "policies": digest_of(policies),
            "flags": digest_of(flags),
        }
        policies_document, flags_document = strict_json(policies), strict_json(flags)
        told = read_tenants(strict_json(tenants))
        rules = read_policies(policies_document, digest=digests["policies"])
        flag_set = read_flags(flags_document, digest=digests["flags"])
        for tenant in told.tenants.values():
            _refuse_dangling(tenant, rules, flag_set)
        variables = MappingProxyType(
            {name: tenant_variables(tenant) for name, tenant in told.tenants.items()}
        )
        return cls(
            tenants=told.tenants,
            regions=told.regions,
            identity=told.identity,
            policies=rules,
            flags=flag_set,
            components=MappingProxyType(digests),
            root=root_of(digests),
            principals=Principals(rules.catalog, told.regions),
            context_reader=AttributeReader(rules.catalog.context),
            tenant_ranks=TenantRanks(told.tenants),
            tenant_variables=variables,
            scopes=scopes_of(told.tenants, rules, variables),
            _digests=TenantDigests(
                told.records,
                told.region_table,
                PolicyParts(policies_document, rules),
                FlagParts(flags_document, flag_set),
            ),
        )

    def tenant_digests(self, tenant_id: str) -> Mapping[str, str]:
        """Return the digests of a tenant's own part: `tenant`, `policies`, `flags`.

        Raises:
            UsageError: if there is no such tenant.
        """
        tenant = self.tenants.get(tenant_id)
        if tenant is None:
            raise UsageError(f"there is no tenant `{tenant_id}`")
        return self._digests.of(tenant)


def root_of(components: Mapping[str, str]) -> str:
    """Return the digest over the digests of all components."""
    return digest_of_value({name: components[name] for name in COMPONENTS})


def _refuse_dangling(tenant: Tenant, policies: Policies, flags: FlagSet) -> None:
    bundle = policies.bundles.get(tenant.policy_bundle_ref)
    if bundle is None or bundle.abstract:
        wrong = "does not exist" if bundle is None else "is abstract"
        raise IntegrityError(
            f"tenant `{tenant.tenant_id}` has policy bundle"
            f" `{tenant.policy_bundle_ref}`, which {wrong}"
        )
    if unknown := tenant.feature_flags.difference(flags.flags):
        raise IntegrityError(
            f"tenant `{tenant.tenant_id}` takes part in unknown flag `{min(unknown)}`"
        )
