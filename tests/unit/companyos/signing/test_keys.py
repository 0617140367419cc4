"""Key files: what is written can be read, and only P-256 is."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from companyos.errors import UsageError
from companyos.signing.keys import (
    generate_key,
    key_hint,
    load_private_key,
    load_public_key,
    public_key_text,
    signature_holds,
    to_pem,
)

OTHER_KEYS: dict[str, PrivateKeyTypes] = {
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "secp256k1": ec.generate_private_key(ec.SECP256K1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "RSA": rsa.generate_private_key(65537, 2048),
}


def pem_of(key: PrivateKeyTypes) -> bytes:
    """Return any key as a PKCS#8 file without a passphrase."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def text_of(key: PrivateKeyTypes) -> str:
    """Return any key's public half as base64 of its DER."""
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
def test_a_key_comes_back_from_its_file(passphrase: bytes | None) -> None:
    """What was written, with a passphrase or without, is the same key when read."""
    key = generate_key()
    again = load_private_key(to_pem(key, passphrase), passphrase)
    assert public_key_text(again) == public_key_text(key)


def test_a_passphrase_hides_the_key() -> None:
    """The protected file says that it is, and the plain one is PKCS#8."""
    key = generate_key()
    assert to_pem(key, b"x").startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert to_pem(key, None).startswith(b"-----BEGIN PRIVATE KEY-----")


@pytest.mark.parametrize(
    ("written_with", "read_with", "complaint"),
    [
        (b"right", b"wrong", "passphrase is wrong"),
        (b"right", None, "none was given"),
        (b"right", b"", "passphrase"),
        (None, b"any", "not protected"),
    ],
)
def test_a_passphrase_that_does_not_fit_is_named(
    written_with: bytes | None, read_with: bytes | None, complaint: str
) -> None:
    """Wrong, missing and unwanted passphrases each have their own sentence."""
    pem = to_pem(generate_key(), written_with)
    with pytest.raises(UsageError, match=complaint):
        load_private_key(pem, read_with)


@pytest.mark.parametrize("passphrase", [b"", b"x" * 5000])
def test_a_passphrase_no_file_can_hold_is_refused(passphrase: bytes) -> None:
    """An empty passphrase would look like protection and be none."""
    with pytest.raises(UsageError, match="passphrase"):
        to_pem(generate_key(), passphrase)


@pytest.mark.parametrize("kind", sorted(OTHER_KEYS))
def test_other_keys_are_refused(kind: str) -> None:
    """Only ECDSA P-256 signs and verifies, and the refusal says so."""
    with pytest.raises(UsageError, match="P-256"):
        load_private_key(pem_of(OTHER_KEYS[kind]), None)
    with pytest.raises(UsageError, match="P-256"):
        load_public_key(text_of(OTHER_KEYS[kind]))


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"not a key",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"\xff\x00",
    ],
)
def test_what_is_no_key_is_refused(pem: bytes) -> None:
    """A file that holds something else gives a sentence, not a traceback."""
    with pytest.raises(UsageError, match="could not be read"):
        load_private_key(pem, None)


@pytest.mark.parametrize("text", ["", "AAAA", "?", "ä", "QQ==\n", "QR=="])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    """A public key that is not the base64 of one is refused."""
    with pytest.raises(UsageError):
        load_public_key(text)


def test_a_public_key_has_one_written_form() -> None:
    """The same key with its point compressed is refused: ids would not agree."""
    key = generate_key()
    point = key.key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    # SubjectPublicKeyInfo of an EC key: the algorithm, then the point as a bit string.
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
    bits = b"\x03" + bytes([len(point) + 1]) + b"\x00" + point
    body = algorithm + bits
    compressed = base64.b64encode(b"\x30" + bytes([len(body)]) + body).decode()

    with pytest.raises(UsageError, match="compressed"):
        load_public_key(compressed)
    load_public_key(public_key_text(key))


def test_the_hint_is_the_digest_of_the_key_in_der() -> None:
    """Bundles name a key by the SHA-256 of its SubjectPublicKeyInfo, in base64."""
    text = public_key_text(generate_key())
    digest = hashlib.sha256(base64.b64decode(text)).digest()
    assert key_hint(text) == base64.b64encode(digest).decode()


def test_a_hint_of_what_is_not_base64_is_refused() -> None:
    """A hint is only made of a key in its written form."""
    with pytest.raises(UsageError, match="base64"):
        key_hint("?")


def test_a_private_key_does_not_show_itself() -> None:
    """Printing the value gives nothing away, not even the object inside."""
    assert repr(generate_key()) == "PrivateKey()"


def test_a_signature_holds_for_its_message_and_key_alone() -> None:
    """Another message, another key and bytes that are no signature do not hold."""
    key, other = generate_key(), generate_key()
    public = load_public_key(public_key_text(key))
    signature = key.sign(b"message")
    assert signature_holds(public, signature, b"message")
    assert not signature_holds(public, signature, b"massage")
    assert not signature_holds(public, other.sign(b"message"), b"message")
    assert not signature_holds(public, b"", b"message")
