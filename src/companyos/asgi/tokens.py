"""Bearer tokens: who signed it, for whom, until when, and for which tenants.

A token is a JWT in compact form (RFC 7519, RFC 7515; access tokens as in RFC 9068).
Algorithms, issuer and audience are fixed by the desired state and never chosen by the
token; keys come from one JWKS document (RFC 7517) and never from a header. Whatever
goes wrong while a token is read, the answer is a refusal with a closed code.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from companyos.digests import JSONObject, JSONValue, strict_json
from companyos.errors import IntegrityError, UsageError
from companyos.tenants import is_id

TOKEN_BYTES_MAX = 8 * 1024
SUBJECT_LENGTH_MAX = 256
RSA_BITS_MIN = 2048
TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
ALGORITHMS: Mapping[str, frozenset[str]] = {
    "EC": frozenset({"ES256", "ES384", "ES512"}),
    "RSA": frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
    "OKP": frozenset({"Ed25519"}),
}
"""Which algorithms a key of each type may verify; a symmetric one is none of them."""


class Refusal(StrEnum):
    """Why a request's token or tenant is refused; also a metric label, so closed."""

    MISSING = "missing"
    MALFORMED = "malformed"
    DUPLICATE = "duplicate"
    MISMATCH = "mismatch"
    UNKNOWN_TENANT = "unknown_tenant"
    EXPIRED = "expired"
    BAD_SIGNATURE = "bad_signature"
    BAD_CLAIMS = "bad_claims"
    JWKS_UNAVAILABLE = "jwks_unavailable"


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must say. `leeway_seconds` allows for clocks that disagree."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    tenants_claim: str
    leeway_seconds: int = 30


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a good token says: one subject, and the tenants it may act for.

    It holds from `valid_from` up to `valid_until`, in Unix seconds, leeway included.
    """

    subject_id: str
    tenants: frozenset[str]
    valid_from: float = field(default=-math.inf, compare=False)
    valid_until: float = field(default=math.inf, compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The token is no good; `note` is for the log, never for the caller."""

    refusal: Refusal
    note: str = ""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """One public key and the algorithms it may verify."""

    key: Key
    algorithms: frozenset[str]


KeyRing: TypeAlias = Mapping[str, VerificationKey]
"""The issuer's public keys by key id."""


def read_jwks(document: bytes) -> KeyRing:
    """Return the signature keys of a JWKS document.

    Keys for encryption and of unknown types are passed over, as RFC 7517 §5 asks.

    Raises:
        UsageError: for anything else that is no usable set: not JSON, a secret or
            private key, a key without an id, an id twice, RSA below 2048 bits, no key.
    """
    try:
        value = strict_json(document)
    except IntegrityError as error:
        raise UsageError(f"the JWKS is {error.message}") from error
    listed = value.get("keys") if isinstance(value, Mapping) else None
    if not isinstance(listed, list):
        raise UsageError("the JWKS has no list of `keys`")
    ring: dict[str, VerificationKey] = {}
    for jwk in listed:
        if not isinstance(jwk, Mapping):
            raise UsageError("a key of the JWKS is not an object")
        if jwk.get("use", "sig") == "sig" and jwk.get("kty") in {*ALGORITHMS, "oct"}:
            _add_key(ring, jwk)
    if not ring:
        raise UsageError("the JWKS has no key that verifies signatures")
    return ring


def verify_token(
    token: str, *, rules: TokenRules, keys: KeyRing, now: float
) -> VerifiedToken | Refused:
    """Return what `token` says if all of it holds. `now` is in Unix seconds.

    The size comes first, then the signature, and only then what was signed.
    """
    if not token.isascii() or len(token) > TOKEN_BYTES_MAX:
        return Refused(Refusal.MALFORMED, f"not ASCII, or over {TOKEN_BYTES_MAX} bytes")
    try:
        payload = _signed_payload(token, rules, keys)
        if isinstance(payload, Refused):
            return payload
        return _judge_claims(strict_json(payload), rules, now)
    # Verification: an exception of whatever kind means that the token was not verified.
    except Exception as error:  # noqa: BLE001
        return Refused(Refusal.MALFORMED, type(error).__name__)


class RecentTokens:
    """Verifies tokens, and each one's signature only the first time.

    A remembered token counts while its own times hold and only for the very rules and
    keys it was verified by, so a changed configuration forgets all of them. Refusals
    are not remembered: whoever sends nonsense cannot push good tokens out.
    """

    def __init__(self, capacity: int = 4096) -> None:
        self._capacity = capacity
        self._found: dict[bytes, tuple[TokenRules, KeyRing, VerifiedToken]] = {}

    def verify(
        self, token: str, *, rules: TokenRules, keys: KeyRing, now: float
    ) -> VerifiedToken | Refused:
        """Return what `verify_token` would return. One thread only."""
        name = hashlib.sha256(token.encode()).digest()
        remembered = self._found.get(name)
        if remembered is not None:
            by_rules, by_keys, known = remembered
            same = by_rules is rules and by_keys is keys
            if same and known.valid_from <= now < known.valid_until:
                return known
            del self._found[name]
        found = verify_token(token, rules=rules, keys=keys, now=now)
        if isinstance(found, VerifiedToken):
            if len(self._found) >= self._capacity:
                del self._found[next(iter(self._found))]
            self._found[name] = (rules, keys, found)
        return found


def _add_key(ring: dict[str, VerificationKey], jwk: JSONObject) -> None:
    kid, kind, algorithm = jwk.get("kid"), str(jwk["kty"]), jwk.get("alg")
    if not isinstance(kid, str) or not kid:
        raise UsageError("a key of the JWKS has no `kid`")
    if kid in ring:
        raise UsageError(f"the JWKS has the key id `{kid}` twice")
    if kind == "oct" or "d" in jwk:
        raise UsageError(
            f"the JWKS key `{kid}` is secret",
            hint="a service needs public keys only; replace this key, it may be known",
        )
    allowed = ALGORITHMS[kind]
    if algorithm is not None:
        allowed &= {str(algorithm)}
    ring[kid] = VerificationKey(_import_key(kid, jwk), allowed)


def _import_key(kid: str, jwk: JSONObject) -> Key:
    texts = {name: text for name, text in jwk.items() if isinstance(text, str)}
    try:
        bits = _rsa_bits(texts["n"]) if texts["kty"] == "RSA" else None
        if bits is not None and bits < RSA_BITS_MIN:
            raise UsageError(
                f"the JWKS key `{kid}` has {bits} bits, expected {RSA_BITS_MIN}"
            )
        return import_key({**texts})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f"the JWKS key `{kid}` is unusable: {error}") from error


def _rsa_bits(modulus: str) -> int:
    """Return the size of a modulus in its JWK form (RFC 7518 §6.3.1.1)."""
    padded = modulus + "=" * (-len(modulus) % 4)
    return int.from_bytes(base64.urlsafe_b64decode(padded), "big").bit_length()


def _signed_payload(token: str, rules: TokenRules, keys: KeyRing) -> bytes | Refused:
    """Return the payload under a good signature by a known key."""
    signed = jws.extract_compact(token.encode("ascii"))
    header = signed.headers()
    objection = _objection_to(header)
    if objection is not None:
        return Refused(Refusal.MALFORMED, objection)
    known = keys.get(str(header["kid"]))
    if known is None:
        return Refused(Refusal.BAD_SIGNATURE, "the key id is not known")
    allowed = known.algorithms & rules.algorithms
    if header.get("alg") not in allowed:
        return Refused(Refusal.BAD_SIGNATURE, "the algorithm is not allowed")
    try:
        good = jws.validate_compact(signed, known.key, algorithms=allowed)
    except JoseError as error:
        return Refused(Refusal.BAD_SIGNATURE, type(error).__name__)
    return signed.payload if good is True else Refused(Refusal.BAD_SIGNATURE)


def _objection_to(header: JSONObject) -> str | None:
    # We understand no extension, so any `crit` is one too many (RFC 7515 §4.1.11).
    if "crit" in header or "b64" in header:
        return "an extension is used"
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        return "the type is not that of an access token"
    return None if isinstance(header.get("kid"), str) else "no key id"


def _judge_claims(
    claims: JSONValue, rules: TokenRules, now: float
) -> VerifiedToken | Refused:
    if not isinstance(claims, Mapping):
        return Refused(Refusal.MALFORMED, "the payload is not an object")
    issued_here = claims.get("iss") == rules.issuer
    if not issued_here or rules.audience not in _texts(claims.get("aud")):
        return Refused(Refusal.BAD_CLAIMS, "iss or aud")
    times = _judge_times(claims, now, rules.leeway_seconds)
    if isinstance(times, Refused):
        return times
    subject_id = claims.get("sub")
    if not isinstance(subject_id, str) or not _is_subject_id(subject_id):
        return Refused(Refusal.BAD_CLAIMS, "sub")
    tenants = _texts(claims.get(rules.tenants_claim))
    if not tenants or not all(is_id(tenant) for tenant in tenants):
        return Refused(Refusal.BAD_CLAIMS, rules.tenants_claim)
    return VerifiedToken(subject_id, frozenset(tenants), *times)


def _judge_times(
    claims: JSONObject, now: float, leeway: int
) -> tuple[float, float] | Refused:
    """Return from when to when exp, iat and nbf let the token hold.

    Only nbf may be absent.
    """
    expires, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    not_before = _seconds(claims["nbf"]) if "nbf" in claims else -math.inf
    if expires is None or issued is None or not_before is None:
        return Refused(Refusal.BAD_CLAIMS, "exp, iat or nbf is no time")
    valid_from, valid_until = max(issued, not_before) - leeway, expires + leeway
    if now >= valid_until:
        return Refused(Refusal.EXPIRED)
    if now < valid_from:
        return Refused(Refusal.BAD_CLAIMS, "the token is not valid yet")
    return valid_from, valid_until


def _seconds(value: JSONValue) -> float | None:
    """Return a NumericDate, or None for what is not one: text, true, infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _texts(value: JSONValue) -> tuple[str, ...]:
    """Return a claim that is one string, a list of them, or a map keyed by them.

    Nothing is picked out of a list that also holds something else.
    """
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | Mapping):
        texts = tuple(item for item in value if isinstance(item, str))
        return texts if len(texts) == len(value) else ()
    return ()


def _is_subject_id(text: str) -> bool:
    return 0 < len(text) <= SUBJECT_LENGTH_MAX and text.isprintable()
