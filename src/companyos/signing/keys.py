"""Keys for signing: ECDSA on the curve P-256, and nothing else.

A private key is written as PKCS#8 in PEM, which cosign and ssh-keygen read too. A
public key is written as the base64 of its SubjectPublicKeyInfo in DER, and has exactly
one such text. Bytes come in and go out; files are the caller's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from companyos.errors import UsageError

PublicKey: TypeAlias = ec.EllipticCurvePublicKey

_ALGORITHM = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key. It does not show itself when printed."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature in DER over the SHA-256 of `message`."""
        return self.key.sign(message, _ALGORITHM)


def generate_key() -> PrivateKey:
    """Return a new private key."""
    return PrivateKey(ec.generate_private_key(ec.SECP256R1()))


def load_private_key(pem: bytes, passphrase: bytes | None) -> PrivateKey:
    """Read a private key from PKCS#8 in PEM.

    Raises:
        UsageError: not such a key, or the passphrase is wrong, missing or not wanted.
    """
    protected = b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in pem
    if protected and passphrase is None:
        raise UsageError("the private key is protected by a passphrase, none was given")
    if not protected and passphrase is not None:
        raise UsageError("a passphrase was given, but the private key is not protected")
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unreadable(protected=protected) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not _on_p256(key.curve):
        raise _wrong_type("the private key")
    return PrivateKey(key)


def to_pem(key: PrivateKey, passphrase: bytes | None) -> bytes:
    """Return the key as PKCS#8 in PEM, protected where a passphrase is given.

    Raises:
        UsageError: the passphrase is empty or longer than the format allows.
    """
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    try:
        if passphrase is not None:
            protection = serialization.BestAvailableEncryption(passphrase)
        return key.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
        )
    except ValueError as error:
        raise UsageError("a passphrase must have from 1 to 1,023 bytes") from error


def public_key_text(key: PrivateKey) -> str:
    """Return the public half of `key` in its written form."""
    return base64.b64encode(_spki(key.key.public_key())).decode()


def load_public_key(text: str) -> PublicKey:
    """Read a public key from its written form.

    Raises:
        UsageError: not base64, not a P-256 key, or not written in the one way it has.
    """
    try:
        key = serialization.load_der_public_key(_key_bytes(text))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(
            "a public key could not be read",
            hint="expected base64 of a P-256 SubjectPublicKeyInfo in DER, on one line",
        ) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not _on_p256(key.curve):
        raise _wrong_type("a public key")
    if _spki(key) != _key_bytes(text):
        raise UsageError("a public key is written with a compressed point or a comment")
    return key


def key_hint(text: str) -> str:
    """Return the name that signature bundles give a public key, as cosign writes it.

    Raises:
        UsageError: `text` is not base64.
    """
    try:
        return base64.b64encode(hashlib.sha256(_key_bytes(text)).digest()).decode()
    except ValueError as error:
        raise UsageError("a public key is not base64") from error


def signature_holds(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Return whether `signature` is by the owner of `key` over `message`."""
    try:
        key.verify(signature, message, _ALGORITHM)
    except InvalidSignature:
        return False
    return True


def _spki(key: PublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _key_bytes(text: str) -> bytes:
    """Return the bytes behind the base64, which must be written in its one way."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise binascii.Error("bits are set beyond the last byte")
    return data


def _on_p256(curve: ec.EllipticCurve) -> bool:
    return isinstance(curve, ec.SECP256R1)


def _unreadable(*, protected: bool) -> UsageError:
    if protected:
        return UsageError("the private key does not open: the passphrase is wrong")
    return UsageError(
        "the private key could not be read",
        hint="expected PKCS#8 in PEM, which begins `-----BEGIN PRIVATE KEY-----`",
    )


def _wrong_type(what: str) -> UsageError:
    return UsageError(
        f"{what} is of another type: only ECDSA P-256 is accepted",
        hint="`openssl ecparam -name prime256v1 -genkey` makes one",
    )
