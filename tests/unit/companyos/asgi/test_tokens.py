from __future__ import annotations

import hashlib
import hmac
import json
import re

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from access_tokens import HEADER, EcSigner, RsaSigner, claims, encoded, jwks, signer
from bundles import AUDIENCE, ISSUER
from companyos.asgi.tokens import (
    RecentTokens,
    Refusal,
    Refused,
    TokenRules,
    VerifiedToken,
    read_jwks,
    verify_token,
)
from companyos.digests import JSONValue
from companyos.errors import UsageError

NOW = 1_800_000_000.0
RULES = TokenRules(ISSUER, AUDIENCE, frozenset({"ES256"}), "tenants")
KEYS = read_jwks(jwks())
EVIL = EcSigner()


def verify(token: str) -> VerifiedToken | Refused:
    """Return what the tests' own rules and keys make of a token."""
    return verify_token(token, rules=RULES, keys=KEYS, now=NOW)


def signed(**changed: JSONValue) -> str:
    """Return a token with changed claims."""
    return signer().token(claims(NOW, **changed))


def headed(**changed: JSONValue) -> str:
    """Return a token with a changed header."""
    header = {name: value for name, value in {**HEADER, **changed}.items() if value}
    return signer().token(claims(NOW), header)


def as_text(old: str, new: str) -> str:
    """Sign the claims after a change to their text that no encoder would make."""
    text = json.dumps(claims(NOW))
    assert old in text
    return signer().token(text.replace(old, new).encode())


def unsigned(algorithm: str) -> str:
    """Return a token without a signature that claims an algorithm."""
    header = encoded(json.dumps({**HEADER, "alg": algorithm}).encode())
    return f"{header}.{encoded(json.dumps(claims(NOW)).encode())}."


def keyed_with_public_key(secret: bytes) -> str:
    """Return a token whose HMAC key is no secret."""
    head = unsigned("HS256").rstrip(".")
    return f"{head}.{encoded(hmac.new(secret, head.encode(), hashlib.sha256).digest())}"


def public_pem() -> bytes:
    """Return the trusted public key as a verifier might hold it."""
    return (
        signer()
        .key.public_key()
        .public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def with_other_claims() -> str:
    """Return a good token whose claims were exchanged."""
    head, _, signature = signed().split(".")
    other = encoded(json.dumps(claims(NOW, sub="adam")).encode())
    return f"{head}.{other}.{signature}"


def non_canonical() -> str:
    """Change only the bits of the last character that decode to nothing."""
    token = signed()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


EXP = f'"exp": {int(NOW) + 300}'

GOOD = {
    "plain": signed(),
    "audience in a list": signed(aud=["x", AUDIENCE]),
    "one tenant as text": signed(tenants="pilot-a"),
    "tenants as a map": signed(tenants={"pilot-a": {"id": "1"}}),
    "type JWT": headed(typ="JWT"),
    "expired 20 s ago, within the leeway": signed(exp=int(NOW) - 20),
    "issued 20 s ahead, within the leeway": signed(iat=int(NOW) + 20),
    "expiry as a fraction": signed(exp=NOW + 10.5),
}

BAD = {
    "no algorithm: none": (unsigned("none"), Refusal.BAD_SIGNATURE),
    "no algorithm: None": (unsigned("None"), Refusal.BAD_SIGNATURE),
    "no algorithm: NONE": (unsigned("NONE"), Refusal.BAD_SIGNATURE),
    "no algorithm: nOnE": (unsigned("nOnE"), Refusal.BAD_SIGNATURE),
    "HMAC with the public key": (
        keyed_with_public_key(public_pem()),
        Refusal.BAD_SIGNATURE,
    ),
    "HMAC with nothing": (keyed_with_public_key(b""), Refusal.BAD_SIGNATURE),
    "the key in the token": (
        EVIL.token(claims(NOW), {**HEADER, "jwk": EVIL.jwk()}),
        Refusal.BAD_SIGNATURE,
    ),
    "a key behind a link": (
        EVIL.token(claims(NOW), {**HEADER, "jku": "https://evil.example/jwks"}),
        Refusal.BAD_SIGNATURE,
    ),
    "a key id that is a path": (headed(kid="../../dev/null"), Refusal.BAD_SIGNATURE),
    "an unknown key id": (headed(kid="zz"), Refusal.BAD_SIGNATURE),
    "no key id": (headed(kid=None), Refusal.MALFORMED),
    "a key id that is a number": (headed(kid=1), Refusal.MALFORMED),
    "an unknown extension": (headed(crit=["x"], x=1), Refusal.MALFORMED),
    "an unencoded payload": (headed(crit=["b64"], b64=True), Refusal.MALFORMED),
    "another algorithm than the key's": (headed(alg="RS256"), Refusal.BAD_SIGNATURE),
    "an ID token's type": (headed(typ="id+jwt"), Refusal.MALFORMED),
    "a security event": (headed(typ="secevent+jwt"), Refusal.MALFORMED),
    "no type": (headed(typ=None), Refusal.MALFORMED),
    "expired": (signed(exp=int(NOW) - 120), Refusal.EXPIRED),
    "expired exactly at the leeway": (signed(exp=int(NOW) - 30), Refusal.EXPIRED),
    "no expiry": (signed(exp=None), Refusal.BAD_CLAIMS),
    "expiry as text": (signed(exp=str(int(NOW) + 300)), Refusal.BAD_CLAIMS),
    "expiry as a boolean": (signed(exp=True), Refusal.BAD_CLAIMS),
    "expiry beyond numbers": (as_text(EXP, '"exp": 1e400'), Refusal.MALFORMED),
    "expiry NaN": (as_text(EXP, '"exp": NaN'), Refusal.MALFORMED),
    "expiry Infinity": (as_text(EXP, '"exp": Infinity'), Refusal.MALFORMED),
    "no issue time": (signed(iat=None), Refusal.BAD_CLAIMS),
    "issued in the future": (signed(iat=int(NOW) + 3600), Refusal.BAD_CLAIMS),
    "not valid yet": (signed(nbf=int(NOW) + 3600), Refusal.BAD_CLAIMS),
    "not-before as text": (signed(nbf="soon"), Refusal.BAD_CLAIMS),
    "another audience": (signed(aud="other"), Refusal.BAD_CLAIMS),
    "an audience that begins alike": (signed(aud="companyos-x"), Refusal.BAD_CLAIMS),
    "no audience": (signed(aud=None), Refusal.BAD_CLAIMS),
    "an empty list of audiences": (signed(aud=[]), Refusal.BAD_CLAIMS),
    "a number among the audiences": (signed(aud=[AUDIENCE, 1]), Refusal.BAD_CLAIMS),
    "another issuer": (signed(iss=ISSUER + ".evil"), Refusal.BAD_CLAIMS),
    "a list of issuers": (signed(iss=[ISSUER]), Refusal.BAD_CLAIMS),
    "no issuer": (signed(iss=None), Refusal.BAD_CLAIMS),
    "no tenants": (signed(tenants=None), Refusal.BAD_CLAIMS),
    "an empty tenant": (as_text('["pilot-a"]', '""'), Refusal.BAD_CLAIMS),
    "no tenant in the list": (as_text('["pilot-a"]', "[]"), Refusal.BAD_CLAIMS),
    "a tenant that is a number": (signed(tenants=1), Refusal.BAD_CLAIMS),
    "a number among the tenants": (signed(tenants=["a", 1]), Refusal.BAD_CLAIMS),
    "a tenant with a newline": (signed(tenants="pilot-a\n"), Refusal.BAD_CLAIMS),
    "a tenant in capitals": (signed(tenants="Pilot-A"), Refusal.BAD_CLAIMS),
    "the tenants twice": (
        as_text('"tenants"', '"tenants": ["pilot-b"], "tenants"'),
        Refusal.MALFORMED,
    ),
    "no subject": (signed(sub=None), Refusal.BAD_CLAIMS),
    "a subject that is a number": (signed(sub=1), Refusal.BAD_CLAIMS),
    "a NUL in the subject": (signed(sub="a\0b"), Refusal.BAD_CLAIMS),
    "a very long subject": (signed(sub="a" * 257), Refusal.BAD_CLAIMS),
    "a payload that is a list": (signer().token(b"[1]"), Refusal.MALFORMED),
    "a payload that is no JSON": (signer().token(b"{"), Refusal.MALFORMED),
    "a deep payload": (
        signer().token(b"[" * 2500 + b"]" * 2500),
        Refusal.MALFORMED,
    ),
    "other claims": (with_other_claims(), Refusal.BAD_SIGNATURE),
    "more behind the signature": (signed() + "A", Refusal.BAD_SIGNATURE),
    "a signature spelled differently": (non_canonical(), Refusal.BAD_SIGNATURE),
    "a padded signature": (signed() + "==", Refusal.BAD_SIGNATURE),
    "no signature": (signed().rpartition(".")[0] + ".", Refusal.BAD_SIGNATURE),
    "a signature of zeros": (
        signed().rpartition(".")[0] + "." + encoded(bytes(64)),
        Refusal.BAD_SIGNATURE,
    ),
    "two parts": (signed().rpartition(".")[0], Refusal.MALFORMED),
    "nothing": ("", Refusal.MALFORMED),
    "space around": (f" {signed()}\n", Refusal.MALFORMED),
    "200 kB": (signed(x="A" * 200_000), Refusal.MALFORMED),
    "just over 8 kB": ("A" * 8193, Refusal.MALFORMED),
    "not ASCII": ("é", Refusal.MALFORMED),
}


@pytest.mark.parametrize("token", GOOD.values(), ids=GOOD)
def test_a_good_token_names_its_subject_and_tenants(token: str) -> None:
    """What is signed, current and meant for us is believed."""
    assert verify(token) == VerifiedToken("ana", frozenset({"pilot-a"}))


@pytest.mark.parametrize(("token", "refusal"), BAD.values(), ids=BAD)
def test_a_bad_token_is_refused_with_its_code(token: str, refusal: Refusal) -> None:
    """Each known attack or defect gets a refusal, never an exception."""
    found = verify(token)
    assert isinstance(found, Refused)
    assert found.refusal is refusal


@given(st.text(max_size=200) | st.from_regex(r"\A(ey[\w-]{0,40}\.?){1,4}\Z"))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    """Whatever stands in place of a token gives a refusal, never an exception."""
    assert isinstance(verify(text), Refused)


def test_an_rsa_key_verifies_only_where_the_rules_allow_its_algorithm() -> None:
    """The desired state fixes the algorithms; a key in the set is not enough."""
    rsa = RsaSigner(2048, kid="r")
    keys = read_jwks(jwks(rsa.jwk()))
    token = rsa.token(claims(NOW), {"alg": "RS256", "typ": "JWT", "kid": "r"})
    allowed = TokenRules(ISSUER, AUDIENCE, frozenset({"RS256"}), "tenants")
    good = verify_token(token, rules=allowed, keys=keys, now=NOW)
    bad = verify_token(token, rules=RULES, keys=keys, now=NOW)
    assert good == VerifiedToken("ana", frozenset({"pilot-a"}))
    assert isinstance(bad, Refused)
    assert bad.refusal is Refusal.BAD_SIGNATURE


def test_a_symmetric_algorithm_is_refused_even_if_the_rules_name_it() -> None:
    """A rule that allows HMAC allows nothing: no key of the set may verify it."""
    rules = TokenRules(ISSUER, AUDIENCE, frozenset({"HS256", "none"}), "tenants")
    for token in (keyed_with_public_key(public_pem()), unsigned("none")):
        assert isinstance(verify_token(token, rules=rules, keys=KEYS, now=NOW), Refused)


def test_keys_for_other_uses_are_passed_over() -> None:
    """A set may also hold keys for encryption and of kinds that do not concern us."""
    other = {**EcSigner("enc").jwk(), "use": "enc"}
    unknown: dict[str, JSONValue] = {"kty": "XYZ", "kid": "future"}
    assert set(read_jwks(jwks(other, unknown, signer().jwk()))) == {signer().kid}


def private_jwk() -> dict[str, JSONValue]:
    """Return the trusted key with its private part."""
    secret = signer().key.private_numbers().private_value
    return {**signer().jwk(), "d": encoded(secret.to_bytes(32, "big"))}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"{", "not strict JSON"),
        (b"[]", "no list of `keys`"),
        (b'{"keys": [1]}', "not an object"),
        (b'{"keys": []}', "no key that verifies"),
        (jwks({**signer().jwk(), "kid": ""}), "no `kid`"),
        (jwks(signer().jwk(), signer().jwk()), "twice"),
        (jwks({"kty": "oct", "kid": "s", "k": "c2VjcmV0"}), "is secret"),
        (jwks(private_jwk()), "is secret"),
        (jwks(RsaSigner(1024).jwk()), "has 1024 bits, expected 2048"),
        (jwks({**signer().jwk(), "x": "AAAA"}), "unusable"),
        (jwks({"kty": "EC", "kid": "x"}), "unusable"),
    ],
)
def test_an_unusable_key_set_is_refused_as_a_whole(document: bytes, words: str) -> None:
    """A set that is wrong in one place is not used in part."""
    with pytest.raises(UsageError, match=re.escape(words)):
        read_jwks(document)


def test_a_remembered_token_expires_all_the_same() -> None:
    """Its signature is not checked again; its times are, at every use."""
    recent, token = RecentTokens(), signed()
    for now, believed in ((NOW, True), (NOW + 329, True), (NOW + 330, False)):
        found = recent.verify(token, rules=RULES, keys=KEYS, now=now)
        assert isinstance(found, VerifiedToken) is believed


def test_a_token_is_not_remembered_beyond_its_keys_or_rules() -> None:
    """Once the key is gone, or another issuer is expected, the token is refused."""
    recent, token = RecentTokens(), signed()
    other = read_jwks(jwks(EVIL.jwk()))
    stricter = TokenRules(ISSUER + "/2", AUDIENCE, frozenset({"ES256"}), "tenants")
    good = recent.verify(token, rules=RULES, keys=KEYS, now=NOW)
    assert isinstance(good, VerifiedToken)
    gone = recent.verify(token, rules=RULES, keys=other, now=NOW)
    assert isinstance(gone, Refused)
    assert gone.refusal is Refusal.BAD_SIGNATURE
    assert isinstance(recent.verify(token, rules=stricter, keys=KEYS, now=NOW), Refused)


def test_only_so_many_tokens_are_remembered() -> None:
    """Beyond the capacity the oldest is forgotten, and verified anew if it returns."""
    recent = RecentTokens(capacity=2)
    tokens = [signed(sub=f"s{number}") for number in range(5)]
    for token in tokens * 2:
        found = recent.verify(token, rules=RULES, keys=KEYS, now=NOW)
        assert isinstance(found, VerifiedToken)
        assert len(recent._found) <= 2
