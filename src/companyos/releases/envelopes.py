"""Reading the payload out of a signature bundle before, or without, its signature.

Only two callers may: the first entry of a log, which names the keys it is signed with,
and the replay of entries whose root was verified earlier.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from companyos.digests import strict_json
from companyos.errors import IntegrityError


def unverified_payload(bundle: bytes) -> bytes:
    """Return what a signature bundle says was signed. Nothing about it is proved.

    Raises:
        IntegrityError: it is not a bundle with a DSSE envelope.
    """
    document = strict_json(bundle)
    envelope = document.get("dsseEnvelope") if isinstance(document, Mapping) else None
    payload = envelope.get("payload") if isinstance(envelope, Mapping) else None
    if not isinstance(payload, str):
        raise IntegrityError("not a signature bundle: it has no `dsseEnvelope.payload`")
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise IntegrityError("`dsseEnvelope.payload` is not base64") from error
