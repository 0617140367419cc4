"""Access tokens for tests, signed by keys that only this process knows.

Tokens are put together by hand, so that wrong ones can be made as well as right ones.
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from bundles import AUDIENCE, ISSUER
from companyos.digests import JSONObject, JSONValue

KID = "test-1"
HEADER: JSONObject = {"alg": "ES256", "typ": "at+jwt", "kid": KID}


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class EcSigner:
    """A P-256 key that signs tokens."""

    def __init__(self, kid: str = KID) -> None:
        self.kid = kid
        self.key = ec.generate_private_key(ec.SECP256R1())

    def jwk(self) -> dict[str, JSONValue]:
        """Return the public key."""
        numbers = self.key.public_key().public_numbers()
        x, y = (encoded(each.to_bytes(32, "big")) for each in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "kid": self.kid, "x": x, "y": y}

    def sign(self, data: bytes) -> bytes:
        """Return an ES256 signature: r and s, side by side."""
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def token(self, payload: bytes | JSONObject, header: JSONObject = HEADER) -> str:
        """Return a signed token with exactly this header and payload."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        signed = f"{encoded(json.dumps(header).encode())}.{encoded(body)}"
        return f"{signed}.{encoded(self.sign(signed.encode()))}"


class RsaSigner:
    """An RSA key that signs tokens."""

    def __init__(self, bits: int, kid: str = KID) -> None:
        self.kid = kid
        self.key = rsa.generate_private_key(65537, bits)

    def jwk(self) -> dict[str, JSONValue]:
        """Return the public key."""
        numbers = self.key.public_key().public_numbers()
        n, e = (
            encoded(each.to_bytes((each.bit_length() + 7) // 8, "big"))
            for each in (numbers.n, numbers.e)
        )
        return {"kty": "RSA", "kid": self.kid, "n": n, "e": e}

    def sign(self, data: bytes) -> bytes:
        """Return an RS256 signature."""
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def token(self, payload: JSONObject, header: JSONObject) -> str:
        """Return a signed token with exactly this header and payload."""
        body = json.dumps(payload).encode()
        signed = f"{encoded(json.dumps(header).encode())}.{encoded(body)}"
        return f"{signed}.{encoded(self.sign(signed.encode()))}"


@functools.cache
def signer() -> EcSigner:
    """Return the key that the tests' services trust."""
    return EcSigner()


def jwks(*keys: Mapping[str, JSONValue]) -> bytes:
    """Return a JWKS document of these keys, or of the trusted one."""
    return json.dumps({"keys": list(keys) or [signer().jwk()]}).encode()


def claims(now: float, **changed: JSONValue) -> dict[str, JSONValue]:
    """Return good claims; a change to None takes a claim out."""
    good: dict[str, JSONValue] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ana",
        "tenants": ["pilot-a"],
        "iat": int(now),
        "exp": int(now) + 300,
    }
    return {name: value for name, value in {**good, **changed}.items() if value}


def token_for(subject_id: str, *tenants: str, now: float) -> str:
    """Return a good token of a subject for these tenants."""
    return signer().token(claims(now, sub=subject_id, tenants=list(tenants)))
