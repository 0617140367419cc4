"""The body of each kind of entry as JSON, with the digests it is about, and back.

Names are camelCase in JSON. A promotion's or rollback's digests are written once, as
the statement's subjects; the body only says which release each part is from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from companyos.digests import JSONValue, digest_of_value
from companyos.documents import word_at
from companyos.errors import IntegrityError
from companyos.releases.composition import component_subject, whole
from companyos.releases.entries import (
    COMPONENTS,
    PARTS,
    Artifact,
    Body,
    Content,
    GateRecord,
    GateVerdict,
    Kind,
    Part,
    Promotion,
    Release,
    Rollback,
    Source,
    Trust,
    TrustedSigner,
)
from companyos.releases.fields import (
    DETAIL,
    DIGEST,
    GRANT,
    ID,
    LINE,
    OBJECT_ID,
    PUBLIC_KEY,
    TEXT,
    URI,
    VERSION,
    Fields,
    shown,
    text_at,
)

Digests: TypeAlias = Mapping[str, str]
"""Subject name to digest."""

KEYS: Mapping[Kind, frozenset[str]] = {
    Kind.TRUST: frozenset({"rootThreshold", "signers"}),
    Kind.RELEASE: frozenset({"version", "source", "components", "artifacts", "notes"}),
    Kind.PROMOTION: frozenset(
        {"stage", "version", "content", "previous", "gates", "stagesDigest"}
    ),
    Kind.ROLLBACK: frozenset(
        {"stage", "reason", "target", "only", "content", "previous", "held"}
    ),
}
"""The kinds this version can read, and the predicate's keys each adds."""

_SIGNER = frozenset({"person", "publicKey", "may"})
_SOURCE = frozenset({"commit", "tree"})
_ARTIFACT = frozenset({"digest", "uri", "size"})
_GATE = frozenset({"gate", "verdict", "detail"})
_PARTS = frozenset(PARTS)
_COMPONENTS = frozenset(COMPONENTS)
_COMPONENT_SUBJECTS = frozenset(component_subject(part) for part in COMPONENTS)


def body_value(body: Body) -> dict[str, JSONValue]:
    """Return the body's own part of the predicate."""
    match body:
        case Trust():
            return _trust_value(body)
        case Release():
            return _release_value(body)
        case Promotion():
            return {
                "stage": body.stage,
                "version": body.version,
                "content": _by_part(body.content.versions),
                "previous": body.previous,
                "gates": [
                    {"gate": each.gate, "verdict": each.verdict, "detail": each.detail}
                    for each in body.gates
                ],
                "stagesDigest": body.stages_digest,
            }
        case Rollback():
            return {
                "stage": body.stage,
                "reason": body.reason,
                "target": body.target,
                "only": list(body.only),
                "content": _by_part(body.content.versions),
                "previous": body.previous,
                "held": list(body.held),
            }


def body_digests(body: Body) -> Digests:
    """Return the digests the body is about: the statement's subjects."""
    match body:
        case Trust():
            return {"signers": digest_of_value(_trust_value(body))}
        case Release():
            return whole(body).digests
        case Promotion() | Rollback():
            return body.content.digests


def body_of(kind: Kind, predicate: Fields, digests: Digests) -> Body:
    """Return the body that a predicate and its subjects describe.

    Raises:
        IntegrityError: a field does not fit, or this version cannot read the kind.
    """
    return _READERS[kind](predicate, digests)


def _by_part(found: Mapping[Part, str]) -> dict[str, str]:
    return {part.value: text for part, text in found.items()}


def _trust_value(trust: Trust) -> dict[str, JSONValue]:
    return {
        "rootThreshold": trust.root_threshold,
        "signers": {
            signer_id: {
                "person": signer.person,
                "publicKey": signer.public_key,
                "may": sorted(signer.may),
            }
            for signer_id, signer in trust.signers.items()
        },
    }


def _release_value(release: Release) -> dict[str, JSONValue]:
    return {
        "version": release.version,
        "source": {"commit": release.source.commit, "tree": release.source.tree},
        "components": _by_part(release.components),
        "artifacts": {
            name: {
                "digest": artifact.digest,
                "uri": artifact.uri,
                "size": artifact.size,
            }
            for name, artifact in release.artifacts.items()
        },
        "notes": release.notes,
    }


def _trust(predicate: Fields, _digests: Digests) -> Trust:
    signers = {
        signer_id: _signer(signer_id, value, predicate.at(f"signers.{signer_id}"))
        for signer_id, value in predicate.table("signers", ID).items()
    }
    return Trust(signers, predicate.whole("rootThreshold", least=1))


def _signer(signer_id: str, value: JSONValue, at: str) -> TrustedSigner:
    fields = Fields(value, at, _SIGNER)
    return TrustedSigner(
        signer_id=signer_id,
        person=fields.text("person", LINE),
        public_key=fields.text("publicKey", PUBLIC_KEY),
        may=frozenset(
            text_at(each, fields.at("may"), GRANT) for each in fields.items("may")
        ),
    )


def _release(predicate: Fields, _digests: Digests) -> Release:
    source = Fields(predicate["source"], predicate.at("source"), _SOURCE)
    at = predicate.at("components")
    components = Fields(predicate["components"], at, _COMPONENTS)
    return Release(
        version=predicate.text("version", VERSION),
        source=Source(source.text("commit", OBJECT_ID), source.text("tree", OBJECT_ID)),
        components={part: components.text(part, DIGEST) for part in COMPONENTS},
        artifacts={
            name: _artifact(name, value, predicate.at(f"artifacts.{name}"))
            for name, value in predicate.table("artifacts", ID).items()
        },
        notes=predicate.text("notes", TEXT),
    )


def _artifact(name: str, value: JSONValue, at: str) -> Artifact:
    fields = Fields(value, at, _ARTIFACT)
    return Artifact(
        name=name,
        digest=fields.text("digest", DIGEST),
        uri=fields.text("uri", URI),
        size=fields.whole_or_none("size"),
    )


def _promotion(predicate: Fields, digests: Digests) -> Promotion:
    return Promotion(
        stage=predicate.text("stage", ID),
        version=predicate.text("version", VERSION),
        content=_content(predicate, digests),
        previous=predicate.whole_or_none("previous"),
        gates=tuple(
            _gate(value, predicate.at(f"gates[{number}]"))
            for number, value in enumerate(predicate.items("gates"))
        ),
        stages_digest=predicate.text("stagesDigest", DIGEST),
    )


def _gate(value: JSONValue, at: str) -> GateRecord:
    fields = Fields(value, at, _GATE)
    return GateRecord(
        gate=fields.text("gate", ID),
        verdict=word_at(fields["verdict"], fields.at("verdict"), GateVerdict),
        detail=fields.text("detail", DETAIL),
    )


def _rollback(predicate: Fields, digests: Digests) -> Rollback:
    only = predicate.items("only")
    held = predicate.items("held")
    return Rollback(
        stage=predicate.text("stage", ID),
        reason=predicate.text("reason", LINE),
        target=predicate.text("target", VERSION),
        only=tuple(word_at(each, predicate.at("only"), Part) for each in only),
        content=_content(predicate, digests),
        previous=predicate.whole("previous"),
        held=tuple(text_at(each, predicate.at("held"), VERSION) for each in held),
    )


def _content(predicate: Fields, digests: Digests) -> Content:
    versions = Fields(predicate["content"], predicate.at("content"), _PARTS)
    for part in COMPONENTS:
        if component_subject(part) not in digests:
            raise IntegrityError(f"`subject` lacks `{component_subject(part)}`")
    for name in digests.keys() - _COMPONENT_SUBJECTS:
        folder, _, artifact = name.partition("/")
        if folder != "artifacts" or not ID.fits(artifact):
            raise IntegrityError(
                f"`subject` holds `{shown(name)}`, which is not a part"
            )
    return Content({part: versions.text(part, VERSION) for part in PARTS}, digests)


_READERS: Mapping[Kind, Callable[[Fields, Digests], Body]] = {
    Kind.TRUST: _trust,
    Kind.RELEASE: _release,
    Kind.PROMOTION: _promotion,
    Kind.ROLLBACK: _rollback,
}
