"""Signature bundles made with a key: Sigstore bundle v0.3 around a DSSE envelope.

A bundle is accepted only as exactly what `KeySigner` writes: one signature, a key hint,
no certificate, no transparency log entry, no member that is not known. A member that is
allowed but not signed would let two readers see two things in one file. The payload is
handed out only after the signature held, and is not looked into here.

Formats: Sigstore protobuf-specs (`bundle.proto`), DSSE v1.0.2 (protocol and envelope).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from companyos.digests import JSONObject, JSONValue, canonical_json, strict_json
from companyos.errors import IntegrityError, UsageError
from companyos.releases.signatures import VerifiedPayload
from companyos.signing.keys import (
    PrivateKey,
    PublicKey,
    key_hint,
    load_public_key,
    public_key_text,
    signature_holds,
)

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
BUNDLE_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeySigner:
    """Signs with a private key held in memory."""

    key: PrivateKey

    @property
    def public_key(self) -> str:
        """The key's SubjectPublicKeyInfo in DER, base64."""
        return public_key_text(self.key)

    def sign(self, payload: bytes) -> bytes:
        """Return the signature bundle around `payload`, as the bytes of its file.

        Raises:
            UsageError: the bundle would be larger than a verifier accepts.
        """
        signature = self.key.sign(pre_authentication_encoding(payload))
        bundle: JSONValue = {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {
                "publicKey": {"hint": key_hint(self.public_key)},
                "tlogEntries": [],
            },
            "dsseEnvelope": {
                "payload": _encoded(payload),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": _encoded(signature)}],
            },
        }
        data = canonical_json(bundle) + b"\n"
        if len(data) > BUNDLE_BYTES_MAX:
            raise UsageError(
                f"a statement of {len(payload)} bytes is too large to sign: "
                f"its bundle may have {BUNDLE_BYTES_MAX} bytes"
            )
        return data


@dataclass(frozen=True, slots=True)
class KeyVerifier:
    """Verifies bundles made with a key."""

    def verify(self, bundle: bytes, keys: Mapping[str, str]) -> VerifiedPayload:
        """Return the payload, if one of `keys` (signer id to public key) signed it.

        Raises:
            IntegrityError: for every other case, whatever went wrong.
        """
        try:
            return _verified(bundle, keys)
        except IntegrityError:
            raise
        # Whatever else went wrong, the signature was not seen to hold.
        except Exception as error:
            raise IntegrityError(
                f"the signature bundle could not be checked: {error}"
            ) from error


def pre_authentication_encoding(payload: bytes) -> bytes:
    """Return what DSSE signs: the payload with its type and its length."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _verified(bundle: bytes, keys: Mapping[str, str]) -> VerifiedPayload:
    if len(bundle) > BUNDLE_BYTES_MAX:
        raise IntegrityError(
            f"the signature bundle has {len(bundle)} bytes, "
            f"more than the {BUNDLE_BYTES_MAX} allowed"
        )
    whole = _members(
        strict_json(bundle),
        "the signature bundle",
        {"mediaType", "verificationMaterial", "dsseEnvelope"},
    )
    _must_be(whole["mediaType"], MEDIA_TYPE, "media type")
    signer_id, key = _key_behind(_hint(whole["verificationMaterial"]), keys)
    payload, signature = _envelope(whole["dsseEnvelope"])
    if not signature_holds(key, signature, pre_authentication_encoding(payload)):
        raise IntegrityError(f"the signature is not by the key of signer `{signer_id}`")
    return VerifiedPayload(signer_id, payload)


def _hint(value: JSONValue) -> str:
    """Return the key hint of the verification material."""
    material = _members(
        value, "`verificationMaterial`", {"publicKey"}, optional={"tlogEntries"}
    )
    # Writers that leave out empty lists leave this one out.
    if material.get("tlogEntries", []) != []:
        raise IntegrityError("`tlogEntries` holds entries, which a key has no use for")
    hint = _members(material["publicKey"], "`publicKey`", {"hint"})["hint"]
    return _text(hint, "hint")


def _envelope(value: JSONValue) -> tuple[bytes, bytes]:
    """Return the payload and the one signature of the envelope."""
    envelope = _members(
        value, "`dsseEnvelope`", {"payload", "payloadType", "signatures"}
    )
    _must_be(envelope["payloadType"], PAYLOAD_TYPE, "payload type")
    signatures = envelope["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise IntegrityError("the envelope does not have exactly one signature")
    signature = _members(signatures[0], "the signature", {"sig"}, optional={"keyid"})
    _must_be(signature.get("keyid", ""), "", "`keyid`")
    return _decoded(envelope["payload"], "payload"), _decoded(signature["sig"], "sig")


def _key_behind(hint: str, keys: Mapping[str, str]) -> tuple[str, PublicKey]:
    """Return the signer whose key the hint names, and that key."""
    found = [
        (signer_id, key)
        for signer_id, text in keys.items()
        for own_hint, key in [_trusted_key(text)]
        if own_hint == hint
    ]
    if not found:
        raise IntegrityError("the signature is by a key that is not trusted here")
    if len(found) > 1:
        raise IntegrityError(
            f"signers `{found[0][0]}` and `{found[1][0]}` share one key"
        )
    return found[0]


@lru_cache(maxsize=1024)
def _trusted_key(text: str) -> tuple[str, PublicKey]:
    """Return hint and key; a log of thousands of entries asks for the same few."""
    return key_hint(text), load_public_key(text)


def _members(
    value: JSONValue,
    what: str,
    required: set[str],
    *,
    optional: frozenset[str] | set[str] = frozenset(),
) -> JSONObject:
    """Return `value` if it is an object with these members and no others."""
    if not isinstance(value, dict):
        raise IntegrityError(f"{what} is not an object")
    missing = required - value.keys()
    if missing:
        raise IntegrityError(f"{what} lacks `{min(missing)}`")
    extra = value.keys() - required - optional
    if extra:
        raise IntegrityError(f"{what} has a member that is not known: {_shown(extra)}")
    return value


def _must_be(found: JSONValue, expected: str, what: str) -> None:
    if found != expected:
        raise IntegrityError(
            f"expected {what} `{expected}`, found {_shown([str(found)])}"
        )


def _text(value: JSONValue, what: str) -> str:
    if not isinstance(value, str):
        raise IntegrityError(f"`{what}` is not a string")
    return value


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(value: JSONValue, what: str) -> bytes:
    """Return the bytes behind base64 that is written in its one way."""
    text = _text(value, what)
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise IntegrityError(f"`{what}` is not base64") from error
    if _encoded(data) != text:
        raise IntegrityError(f"`{what}` is not base64 in its one written form")
    return data


def _shown(names: set[str] | list[str]) -> str:
    """Return the first name in a form that cannot steer a terminal."""
    return f"`{ascii(min(names))[1:-1][:80]}`"
