"""Signing: bytes to signature bundles and back, with key files."""

from companyos.signing.bundles import KeySigner, KeyVerifier
from companyos.signing.keys import (
    PrivateKey,
    generate_key,
    key_hint,
    load_private_key,
    load_public_key,
    public_key_text,
    to_pem,
)

__all__ = [
    "KeySigner",
    "KeyVerifier",
    "PrivateKey",
    "generate_key",
    "key_hint",
    "load_private_key",
    "load_public_key",
    "public_key_text",
    "to_pem",
]
