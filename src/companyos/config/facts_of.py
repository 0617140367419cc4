"""From a document and its marks to the facts that checks look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from companyos.checks.facts import (
    AnswerFacts,
    BundleFacts,
    CatalogFacts,
    FlagFacts,
    MomentFacts,
    PrerequisiteFacts,
    RegionFacts,
    RoleFacts,
    RuleFacts,
    ServiceFacts,
    SignerFacts,
    SignersFacts,
    SplitFacts,
    StageFacts,
    SubjectFacts,
    TenantFacts,
    VariantFacts,
    Word,
)
from companyos.checks.pointers import Path
from companyos.config.documents import (
    CatalogDocument,
    FlagDocument,
    IdentityDocument,
    PolicyDocument,
    RegionsDocument,
    SignersDocument,
    StagesDocument,
    TenantDocument,
)
from companyos.config.documents.flag import (
    OverrideDocument,
    RolloutDocument,
    ServeDocument,
)
from companyos.config.moments import end_of
from companyos.config.shares import thousandths
from companyos.config.yaml_source import Source


class Places:
    """Makes words of one file's values and keys."""

    def __init__(self, source: Source) -> None:
        self._file = source.path
        self._marks = source.marks

    def value(self, text: str, *path: str | int) -> Word:
        """Return the word that is the value at `path`."""
        place = self._marks.at(path).span.of(self._file)
        return Word(text, place, path)

    def key(self, *path: str | int) -> Word:
        """Return the word that is the last key of `path`."""
        place = self._marks.key(path).of(self._file)
        return Word(str(path[-1]), place, path)

    def values(self, texts: Iterable[str], *path: str | int) -> tuple[Word, ...]:
        """Return the words of the list at `path`."""
        return tuple(self.value(text, *path, index) for index, text in enumerate(texts))

    def keys(self, names: Iterable[str], *path: str | int) -> tuple[Word, ...]:
        """Return the keys of the mapping at `path`."""
        return tuple(self.key(*path, name) for name in names)


def tenant_facts(document: TenantDocument, at: Places) -> TenantFacts:
    """Return a tenant's facts."""
    return TenantFacts(
        id=at.value(document.tenant_id, "tenant_id"),
        env=at.value(document.env, "env"),
        bundle=at.value(document.policy_bundle_ref, "policy_bundle_ref"),
        flags=at.values(document.feature_flags, "feature_flags"),
        region=at.value(document.data_region, "data_region"),
    )


def bundle_facts(document: PolicyDocument, at: Places) -> BundleFacts:
    """Return a policy bundle's facts."""
    return BundleFacts(
        id=at.value(document.bundle_id, "bundle_id"),
        abstract=document.abstract,
        extends=at.values(document.extends, "extends"),
        rules=tuple(
            RuleFacts(
                id=at.value(rule.id, "rules", index, "id"),
                roles=at.values(rule.roles, "rules", index, "roles"),
                actions=at.values(rule.actions, "rules", index, "actions"),
            )
            for index, rule in enumerate(document.rules)
        ),
    )


def flag_facts(document: FlagDocument, at: Places) -> FlagFacts:
    """Return a flag's facts."""
    served = list(_served(document))
    expires = document.expires_at
    return FlagFacts(
        id=at.value(document.flag_id, "flag_id"),
        type=document.type,
        variants=tuple(
            VariantFacts(at.key("variants", name), value)
            for name, value in (document.variants or {}).items()
        ),
        answers=tuple(_answers(served, at)),
        overrides=at.keys(document.per_tenant_overrides, "per_tenant_overrides"),
        prerequisites=tuple(_prerequisites(document, at)),
        rule_names=tuple(
            at.value(rule.name, "rules", index, "name")
            for index, rule in enumerate(document.rules)
        ),
        splits=tuple(_splits(served, at)),
        expires=MomentFacts(at.value(expires, "expires_at"), end_of(expires))
        if expires
        else None,
    )


Served = bool | str | ServeDocument | RolloutDocument | None


def _served(document: FlagDocument) -> Iterator[tuple[Path, Served]]:
    """Yield everything that the flag may give, with where it is written."""
    yield ("default",), document.default
    yield ("off",), document.off
    yield ("rollout",), document.rollout
    for tenant, override in document.per_tenant_overrides.items():
        yield from _unfolded(("per_tenant_overrides", tenant), override)
    for index, rule in enumerate(document.rules):
        yield from _unfolded(("rules", index, "serve"), rule.serve)


def _unfolded(
    path: Path,
    served: bool | str | ServeDocument | OverrideDocument,  # noqa: FBT001 - a value
) -> Iterator[tuple[Path, Served]]:
    if not isinstance(served, ServeDocument):
        yield path, served
        return
    yield (*path, "value"), served.value
    yield (*path, "variant"), served.variant
    yield (*path, "rollout"), served.rollout


def _answers(
    served: Iterable[tuple[Path, Served]], at: Places
) -> Iterator[AnswerFacts]:
    for path, given in served:
        if isinstance(given, bool):
            yield AnswerFacts(at.value(str(given).lower(), *path), is_boolean=True)
        elif isinstance(given, str):
            yield AnswerFacts(at.value(given, *path), is_boolean=False)
        elif isinstance(given, RolloutDocument):
            for word in at.keys(given.weights or {}, *path, "weights"):
                yield AnswerFacts(word, is_boolean=False)


def _splits(served: Iterable[tuple[Path, Served]], at: Places) -> Iterator[SplitFacts]:
    for path, given in served:
        if isinstance(given, RolloutDocument) and given.weights is not None:
            total = sum(thousandths(each) for each in given.weights.values())
            yield SplitFacts(at.key(*path, "weights"), is_percent=False, total=total)
        elif isinstance(given, RolloutDocument):
            total = thousandths(given.percent or 0)
            yield SplitFacts(at.key(*path, "percent"), is_percent=True, total=total)


def _prerequisites(document: FlagDocument, at: Places) -> Iterator[PrerequisiteFacts]:
    for index, each in enumerate(document.prerequisites):
        flag = at.value(each.flag, "prerequisites", index, "flag")
        if each.variant is not None:
            word = at.value(each.variant, "prerequisites", index, "variant")
            yield PrerequisiteFacts(flag, AnswerFacts(word, is_boolean=False))
        else:
            text = str(each.value).lower()
            word = at.value(text, "prerequisites", index, "value")
            yield PrerequisiteFacts(flag, AnswerFacts(word, is_boolean=True))


def catalog_facts(document: CatalogDocument, at: Places) -> CatalogFacts:
    """Return the catalogue's facts."""
    return CatalogFacts(
        roles=tuple(
            RoleFacts(
                at.key("roles", name),
                at.values(role.inherits, "roles", name, "inherits"),
            )
            for name, role in document.roles.items()
        ),
        subject={name: each.optional for name, each in document.subject.items()},
        resource_types=frozenset(document.resource_types),
        actions=at.keys(document.actions, "actions"),
        services=tuple(
            ServiceFacts(
                at.key("services", name),
                at.values(service.actions, "services", name, "actions"),
                at.values(service.flags, "services", name, "flags"),
            )
            for name, service in document.services.items()
        ),
    )


def region_facts(document: RegionsDocument, at: Places) -> tuple[RegionFacts, ...]:
    """Return the regions' facts."""
    return tuple(
        RegionFacts(
            at.key("regions", name),
            at.values(region.countries, "regions", name, "countries"),
        )
        for name, region in document.regions.items()
    )


def stage_facts(document: StagesDocument, at: Places) -> tuple[StageFacts, ...]:
    """Return the stages' facts, in their order."""
    return tuple(
        StageFacts(
            name=at.key("stages", name),
            after=at.value(stage.after, "stages", name, "after")
            if stage.after
            else None,
            services=at.keys(stage.services, "stages", name, "services"),
        )
        for name, stage in document.stages.items()
    )


def signer_facts(document: SignersDocument, at: Places) -> SignersFacts:
    """Return the signers' facts."""
    threshold = document.root_threshold
    return SignersFacts(
        threshold=threshold,
        threshold_word=at.value(str(threshold), "root_threshold"),
        signers=tuple(
            SignerFacts(
                id=at.key("signers", name),
                person=signer.person,
                public_key=at.value(signer.public_key, "signers", name, "public_key"),
                may=at.values(signer.may, "signers", name, "may"),
            )
            for name, signer in document.signers.items()
        ),
    )


def subject_facts(document: IdentityDocument, at: Places) -> tuple[SubjectFacts, ...]:
    """Return the facts of the static backend's subjects."""
    subjects = document.static.subjects if document.static else []
    found: list[SubjectFacts] = []
    for index, subject in enumerate(subjects):
        path = ("static", "subjects", index)
        found.append(
            SubjectFacts(
                tenant=at.value(subject.tenant_id, *path, "tenant_id"),
                id=at.value(subject.subject_id, *path, "subject_id"),
                roles=at.values(subject.roles, *path, "roles"),
                attributes=at.keys(subject.attributes, *path, "attributes"),
            )
        )
    return tuple(found)
