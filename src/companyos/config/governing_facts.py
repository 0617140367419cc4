"""From the plain values of the files that govern the others to the checks' facts."""

from __future__ import annotations

from typing import cast

from companyos.checks.facts import (
    AttributeFacts,
    CatalogFacts,
    FreezeFacts,
    GivenFacts,
    OwnerFacts,
    RegionFacts,
    RoleFacts,
    ServiceFacts,
    SignerFacts,
    SignersFacts,
    StageFacts,
    SubjectFacts,
)
from companyos.config.facts_of import Places
from companyos.config.plain import rows, table, tables, text, texts
from companyos.config.zones import is_zone, local_time
from companyos.digests import JSONObject, JSONValue


def catalog_facts(value: JSONObject, at: Places) -> CatalogFacts:
    """Return the catalogue's facts."""
    return CatalogFacts(
        roles=tuple(
            RoleFacts(
                at.key("roles", name),
                at.values(texts(role, "inherits"), "roles", name, "inherits"),
            )
            for name, role in tables(value, "roles").items()
        ),
        subject=tuple(
            AttributeFacts(name, text(each, "type"), bool(each.get("optional", False)))
            for name, each in tables(value, "subject").items()
        ),
        resource_types=frozenset(table(value, "resource_types")),
        actions=at.keys(table(value, "actions"), "actions"),
        services=tuple(
            ServiceFacts(
                at.key("services", name),
                at.values(texts(service, "actions"), "services", name, "actions"),
                at.values(texts(service, "flags"), "services", name, "flags"),
            )
            for name, service in tables(value, "services").items()
        ),
        owners=None if "owners" not in value else _owners(value, at),
    )


def _owners(value: JSONObject, at: Places) -> tuple[OwnerFacts, ...]:
    return tuple(
        OwnerFacts(
            at.key("owners", name),
            at.values(texts(owner, "contacts"), "owners", name, "contacts"),
        )
        for name, owner in tables(value, "owners").items()
    )


def region_facts(value: JSONObject, at: Places) -> tuple[RegionFacts, ...]:
    """Return the regions' facts."""
    return tuple(
        RegionFacts(
            at.key("regions", name),
            at.values(texts(region, "countries"), "regions", name, "countries"),
        )
        for name, region in tables(value, "regions").items()
    )


def stage_facts(value: JSONObject, at: Places) -> tuple[StageFacts, ...]:
    """Return the stages' facts, in their order."""
    return tuple(
        StageFacts(
            name=at.key("stages", name),
            after=at.value(text(stage, "after"), "stages", name, "after")
            if "after" in stage
            else None,
            services=at.keys(table(stage, "services"), "stages", name, "services"),
            freezes=tuple(
                _freeze(freeze, at, "stages", name, "freezes", index)
                for index, freeze in enumerate(rows(stage, "freezes"))
            ),
        )
        for name, stage in tables(value, "stages").items()
    )


def _freeze(freeze: JSONObject, at: Places, *path: str | int) -> FreezeFacts:
    zone, start, until = (text(freeze, key) for key in ("zone", "from", "until"))
    return FreezeFacts(
        name=at.value(text(freeze, "name"), *path, "name"),
        zone=at.value(zone, *path, "zone"),
        is_zone_known=is_zone(zone),
        start_word=at.value(start, *path, "from"),
        start=local_time(start),
        until_word=at.value(until, *path, "until"),
        until=local_time(until),
    )


def signer_facts(value: JSONObject, at: Places) -> SignersFacts:
    """Return the signers' facts."""
    threshold = int(cast("float", value["root_threshold"]))
    return SignersFacts(
        threshold=threshold,
        threshold_word=at.value(str(threshold), "root_threshold"),
        signers=tuple(
            SignerFacts(
                id=at.key("signers", name),
                person=text(signer, "person"),
                public_key=at.value(
                    text(signer, "public_key"), "signers", name, "public_key"
                ),
                may=at.values(texts(signer, "may"), "signers", name, "may"),
            )
            for name, signer in tables(value, "signers").items()
        ),
    )


def subject_facts(value: JSONObject, at: Places) -> tuple[SubjectFacts, ...]:
    """Return the facts of the static backend's subjects."""
    found: list[SubjectFacts] = []
    for index, subject in enumerate(rows(table(value, "static"), "subjects")):
        path = ("static", "subjects", index)
        found.append(
            SubjectFacts(
                tenant=at.value(text(subject, "tenant_id"), *path, "tenant_id"),
                id=at.value(text(subject, "subject_id"), *path, "subject_id"),
                roles=at.values(texts(subject, "roles"), *path, "roles"),
                attributes=tuple(
                    GivenFacts(
                        at.key(*path, "attributes", name),
                        at.value(str(given), *path, "attributes", name),
                        _type_of(given),
                    )
                    for name, given in table(subject, "attributes").items()
                ),
            )
        )
    return tuple(found)


def _type_of(value: JSONValue) -> str:
    """Return the type, in the catalogue's words, that an attribute's value fits."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "string" if isinstance(value, str) else "strings"
