"""Who may append what: grants, and when a signer table can be put in force at all."""

from __future__ import annotations

from typing import assert_never

from companyos.errors import IntegrityError
from companyos.releases.entries import (
    Body,
    Promotion,
    Release,
    Rollback,
    Trust,
    TrustedSigner,
)

ROOT = "root"


def grant_needed(body: Body) -> str:
    """Return the grant that an entry with this body asks of its signer."""
    match body:
        case Trust():
            return ROOT
        case Release():
            return "release"
        case Promotion(stage=stage):
            return f"promote:{stage}"
        case Rollback(stage=stage):
            return f"rollback:{stage}"
        case _:
            assert_never(body)


def may(signer: TrustedSigner, grant: str) -> bool:
    """Return whether a signer has a grant, by its name or by `<action>:*`."""
    action, colon, _ = grant.partition(":")
    return grant in signer.may or (bool(colon) and f"{action}:*" in signer.may)


def signer_with_key(trust: Trust, public_key: str) -> TrustedSigner | None:
    """Return the signer whose key it is, None for a stranger's."""
    for signer in trust.signers.values():
        if signer.public_key == public_key:
            return signer
    return None


def keys_of(trust: Trust) -> dict[str, str]:
    """Return every signer's public key by signer id."""
    return {name: signer.public_key for name, signer in trust.signers.items()}


def require_workable(trust: Trust) -> None:
    """Refuse a signer table that could not be used or changed again.

    Raises:
        IntegrityError: one key stands for two signers, or fewer people than the
            threshold hold `root`.
    """
    if len(set(keys_of(trust).values())) != len(trust.signers):
        raise IntegrityError("one public key stands for two signers")
    roots = {each.person for each in trust.signers.values() if may(each, ROOT)}
    if len(roots) < trust.root_threshold:
        raise IntegrityError(
            f"{len(roots)} people hold `root` where the threshold asks for "
            f"{trust.root_threshold}"
        )
