"""Asks one of the tour's services something, as somebody, and prints the answer.

Copied into the tour's folder, so that its requests can be sent by hand as well. Tokens
are made with the tour's own throw-away key: a real platform has an identity provider.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

LIFETIME_SECONDS = 300


def token(key_file: Path, *, subject: str, tenant: str) -> str:
    """Return a signed token that names a subject and its tenant."""
    key = ECKey.import_key(json.loads(key_file.read_bytes()))
    now = int(time.time())  # noqa: TID251 - a program of its own
    claims = {
        "iss": "https://id.companyos.example",
        "aud": "companyos",
        "sub": subject,
        "tenants": [tenant],
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": str(uuid.uuid4()),
    }
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    return jwt.encode(header, claims, key)


def ask(
    method: str, url: str, headers: dict[str, str], body: str | None
) -> tuple[int, str]:
    """Return the status and the body that a service answers with."""
    if not url.startswith("http://127.0.0.1:"):
        sys.exit("this asks services on this machine only")
    data = None if body is None else body.encode()
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def main() -> None:
    """Send one request and print the status line and the answer on one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("method")
    parser.add_argument("url")
    parser.add_argument("body", nargs="?")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--as", dest="subject", required=True)
    parser.add_argument("--key", type=Path, default=Path("issuer.jwk"))
    words = parser.parse_args()
    headers = {
        "Authorization": "Bearer "
        + token(words.key, subject=words.subject, tenant=words.tenant),
        "X-Tenant-ID": words.tenant,
        "Content-Type": "application/json",
    }
    status, answer = ask(words.method, words.url, headers, words.body)
    sys.stdout.write(f"{status} {answer}\n")


if __name__ == "__main__":
    main()
