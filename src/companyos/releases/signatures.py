"""What the log needs of signing: bytes in, a signature bundle out, and back.

A bundle is a Sigstore bundle v0.3 with a DSSE envelope around an in-toto statement. The
hint inside it only looks a key up; it proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VerifiedPayload:
    """A statement's bytes after the signature held, and whose key it was."""

    signer_id: str
    payload: bytes


class Signer(Protocol):
    """Something that can sign."""

    @property
    def public_key(self) -> str:
        """The key's SubjectPublicKeyInfo in DER, base64."""
        ...

    def sign(self, payload: bytes) -> bytes:
        """Return the signature bundle around `payload`, as the bytes of its file."""
        ...


class Verifier(Protocol):
    """Something that can tell whether a signature bundle holds."""

    def verify(self, bundle: bytes, keys: Mapping[str, str]) -> VerifiedPayload:
        """Return the payload, if one of `keys` (signer id to public key) signed it.

        Raises:
            IntegrityError: for every other case, whatever went wrong.
        """
        ...
