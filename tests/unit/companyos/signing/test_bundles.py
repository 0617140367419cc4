"""Signature bundles: what is signed comes back, and nothing else is accepted."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from companyos.errors import IntegrityError, UsageError
from companyos.releases.signatures import Signer, VerifiedPayload, Verifier
from companyos.signing.bundles import BUNDLE_BYTES_MAX, KeySigner, KeyVerifier
from companyos.signing.keys import generate_key, key_hint

PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}'
SIGNER = KeySigner(generate_key())
STRANGER = KeySigner(generate_key())
KEYS = {"ada": SIGNER.public_key}
VERIFIER = KeyVerifier()
BUNDLE = SIGNER.sign(PAYLOAD)


def changed(change: Callable[[dict[str, object]], None]) -> bytes:
    """Return the good bundle after `change` was at its parsed form."""
    tree: dict[str, object] = copy.deepcopy(json.loads(BUNDLE))
    change(tree)
    return json.dumps(tree).encode()


def at(tree: object, *path: str | int) -> dict[str, object]:
    """Return the object at `path`."""
    for step in path:
        assert isinstance(tree, (dict, list))
        tree = tree[step]  # type: ignore[index]  # a path of the bundle's own shape
    assert isinstance(tree, dict)
    return tree


def put(*path_and_value: object) -> Callable[[dict[str, object]], None]:
    """Return a change that sets the member at the path to the last argument."""
    *path, name, value = path_and_value

    def change(tree: dict[str, object]) -> None:
        at(tree, *path)[str(name)] = value  # type: ignore[arg-type]  # a path

    return change


def drop(*path: object) -> Callable[[dict[str, object]], None]:
    """Return a change that takes the member at the path away."""

    def change(tree: dict[str, object]) -> None:
        del at(tree, *path[:-1])[str(path[-1])]  # type: ignore[arg-type]  # a path

    return change


ENVELOPE = "dsseEnvelope"
MATERIAL = "verificationMaterial"
SIGNATURE = json.loads(BUNDLE)[ENVELOPE]["signatures"][0]
V02 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
CASES: dict[str, Callable[[dict[str, object]], None]] = {
    "another media type": put("mediaType", V02),
    "media type is no string": put("mediaType", 3),
    "no media type": drop("mediaType"),
    "another payload type": put(ENVELOPE, "payloadType", "application/json"),
    "no payload type": drop(ENVELOPE, "payloadType"),
    "another payload": put(ENVELOPE, "payload", base64.b64encode(b"{}").decode()),
    "payload is no base64": put(ENVELOPE, "payload", "???"),
    "payload in base64 for addresses": put(ENVELOPE, "payload", "_-_-"),
    # The last four bits of `fQ==` stand for nothing, so `fR==` is `}` as well.
    "payload in another spelling": put(
        ENVELOPE, "payload", base64.b64encode(PAYLOAD).decode().replace("Q==", "R==")
    ),
    "payload is no string": put(ENVELOPE, "payload", ["eA=="]),
    "no payload": drop(ENVELOPE, "payload"),
    "no signature": put(ENVELOPE, "signatures", []),
    "two signatures": put(ENVELOPE, "signatures", [SIGNATURE, SIGNATURE]),
    "signatures are an object": put(ENVELOPE, "signatures", {"0": SIGNATURE}),
    "signature is a string": put(ENVELOPE, "signatures", [SIGNATURE["sig"]]),
    "empty signature": put(ENVELOPE, "signatures", [{"sig": ""}]),
    "signature is null": put(ENVELOPE, "signatures", [{"sig": None}]),
    "a key id is smuggled in": put(
        ENVELOPE, "signatures", [{**SIGNATURE, "keyid": "root"}]
    ),
    "extra member of the signature": put(
        ENVELOPE, "signatures", [{**SIGNATURE, "note": ""}]
    ),
    "extra member of the envelope": put(ENVELOPE, "note", ""),
    "extra member of the bundle": put("note", ""),
    "extra member of the key": put(MATERIAL, "publicKey", "rawBytes", "AA=="),
    "certificate beside the key": put(MATERIAL, "certificate", {"rawBytes": "AA=="}),
    "certificate chain beside the key": put(
        MATERIAL, "x509CertificateChain", {"certificates": []}
    ),
    "certificate in place of the key": put(
        MATERIAL, {"certificate": {"rawBytes": "AA=="}}
    ),
    "message signature beside the envelope": put("messageSignature", {}),
    "timestamps": put(MATERIAL, "timestampVerificationData", {}),
    "log entries": put(MATERIAL, "tlogEntries", [{}]),
    "log entries are an object": put(MATERIAL, "tlogEntries", {}),
    "hint of a stranger": put(
        MATERIAL, "publicKey", "hint", key_hint(STRANGER.public_key)
    ),
    "hint is the signer's name": put(MATERIAL, "publicKey", "hint", "ada"),
    "hint is a list": put(MATERIAL, "publicKey", "hint", []),
    "no hint": drop(MATERIAL, "publicKey", "hint"),
    "no key": drop(MATERIAL, "publicKey"),
    "no material": drop(MATERIAL),
    "no envelope": drop(ENVELOPE),
    "envelope is null": put(ENVELOPE, None),
}


def test_what_was_signed_comes_back_with_the_signer() -> None:
    """A bundle gives its payload, byte for byte, and the id of whose key it was."""
    keys = {"bob": STRANGER.public_key, **KEYS}
    assert VERIFIER.verify(BUNDLE, keys) == VerifiedPayload("ada", PAYLOAD)


def test_signer_and_verifier_are_what_the_log_asks_for() -> None:
    """Both fit the protocols of the release log."""
    signer: Signer = SIGNER
    verifier: Verifier = VERIFIER
    assert verifier.verify(signer.sign(b""), KEYS).payload == b""


def test_the_bundle_has_the_published_shape() -> None:
    """The file is a Sigstore bundle v0.3 with a key hint and a DSSE envelope."""
    tree = json.loads(BUNDLE)
    assert tree["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert tree[MATERIAL] == {
        "publicKey": {"hint": key_hint(SIGNER.public_key)},
        "tlogEntries": [],
    }
    assert tree[ENVELOPE]["payloadType"] == "application/vnd.in-toto+json"
    assert base64.b64decode(tree[ENVELOPE]["payload"]) == PAYLOAD
    assert BUNDLE.endswith(b"}\n")


def test_the_signature_is_over_the_pre_authentication_encoding() -> None:
    """What is signed is written out here as the DSSE protocol has it."""
    signature = base64.b64decode(SIGNATURE["sig"])
    signed = b"DSSEv1 28 application/vnd.in-toto+json 43 " + PAYLOAD
    SIGNER.key.key.public_key().verify(signature, signed, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_bundle_with_one_thing_changed_is_refused(case: str) -> None:
    """Each member counts: none can be changed, added, doubled or left out."""
    with pytest.raises(IntegrityError):
        VERIFIER.verify(changed(CASES[case]), KEYS)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"\xff",
        b"NaN",
        b"[" * 100_000,
        BUNDLE + BUNDLE,
        BUNDLE[:-2],
        BUNDLE.replace(b'{"dsseEnvelope"', b'{"dsseEnvelope":{},"dsseEnvelope"'),
    ],
    ids=range(10),
)
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    """Broken, doubled and deeply nested files are integrity errors, nothing else."""
    with pytest.raises(IntegrityError):
        VERIFIER.verify(data, KEYS)


def test_a_bundle_without_its_empty_list_is_accepted() -> None:
    """Other writers of the format leave empty lists out, which changes no meaning."""
    data = changed(drop(MATERIAL, "tlogEntries"))
    assert VERIFIER.verify(data, KEYS).payload == PAYLOAD


def test_a_key_that_is_not_trusted_signs_nothing() -> None:
    """A good signature by a key that was not given is refused."""
    with pytest.raises(IntegrityError, match="not trusted"):
        VERIFIER.verify(STRANGER.sign(PAYLOAD), KEYS)
    with pytest.raises(IntegrityError, match="not trusted"):
        VERIFIER.verify(BUNDLE, {})


def test_a_trusted_hint_does_not_make_a_signature_good() -> None:
    """A stranger's signature under a trusted key's hint is refused, naming whose."""
    tree = json.loads(STRANGER.sign(PAYLOAD))
    tree[MATERIAL]["publicKey"]["hint"] = key_hint(SIGNER.public_key)
    with pytest.raises(IntegrityError, match="not by the key of signer `ada`"):
        VERIFIER.verify(json.dumps(tree).encode(), KEYS)


def test_a_key_that_two_signers_share_is_refused() -> None:
    """Which of the two signed could not be told, so neither did."""
    keys = {"ada": SIGNER.public_key, "eve": SIGNER.public_key}
    with pytest.raises(IntegrityError, match="share one key"):
        VERIFIER.verify(BUNDLE, keys)


def test_a_key_on_another_curve_is_refused() -> None:
    """A P-384 key among the trusted ones is a failure, not a key to try."""
    der = (
        ec.generate_private_key(ec.SECP384R1())
        .public_key()
        .public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    with pytest.raises(IntegrityError, match="P-256"):
        VERIFIER.verify(BUNDLE, {"ada": base64.b64encode(der).decode()})


def test_a_bundle_beyond_the_cap_is_neither_written_nor_read() -> None:
    """The size is checked before anything is parsed, and the signer keeps to it."""
    with pytest.raises(IntegrityError, match="more than the 1048576 allowed"):
        VERIFIER.verify(BUNDLE + b" " * BUNDLE_BYTES_MAX, KEYS)
    with pytest.raises(UsageError, match="too large"):
        SIGNER.sign(b"x" * BUNDLE_BYTES_MAX)


def test_a_reason_cannot_steer_the_terminal() -> None:
    """Words from the file are shown without their control characters."""
    with pytest.raises(IntegrityError) as caught:
        VERIFIER.verify(changed(put("mediaType", "\x1b[31mred\u202e")), KEYS)
    assert caught.value.message.isprintable()


@settings(max_examples=300, deadline=None)
@given(
    position=st.integers(0, len(BUNDLE) - 1),
    removed=st.integers(0, 3),
    inserted=st.binary(max_size=3),
)
def test_a_damaged_file_never_gives_another_payload(
    position: int, removed: int, inserted: bytes
) -> None:
    """Any edit of the bytes leaves the payload as it was, or is an integrity error."""
    damaged = BUNDLE[:position] + inserted + BUNDLE[position + removed :]
    try:
        verified = VERIFIER.verify(damaged, KEYS)
    except IntegrityError:
        return
    assert verified == VerifiedPayload("ada", PAYLOAD)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_noise_is_an_integrity_error(data: bytes) -> None:
    """No input gives any other exception, and none is accepted."""
    with pytest.raises(IntegrityError):
        VERIFIER.verify(data, KEYS)


@given(payload=st.binary(max_size=300))
def test_every_payload_makes_the_round_trip(payload: bytes) -> None:
    """Signing says nothing about what the bytes mean."""
    assert VERIFIER.verify(SIGNER.sign(payload), KEYS).payload == payload
