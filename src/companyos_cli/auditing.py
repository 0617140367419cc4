"""Proving that a clone's log holds, in every view of it that the clone has.

A clone can hold the log more than once: as the remote was last seen, as a local branch,
and as files in the work tree. The view that is furthest on is verified whole; the
others must be earlier states of it.
"""

from __future__ import annotations

from companyos.errors import IntegrityError
from companyos.releases.paths import LOG_FOLDER
from companyos.releases.verification import Verified, verify_head
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.ledger import Ledger
from companyos_cli.render.tables import fields


def audit(ledger: Ledger) -> Answer:
    """Return what held, asking nobody but this clone.

    Raises:
        IntegrityError: something did not hold; the message says what.
    """
    store = ledger.workspace.store
    refs = [ref for ref in ledger.refs if store.ref(ref) is not None]
    furthest = _furthest(ledger, refs)
    if furthest is None:
        return _answer(ledger.read_here(), "nothing")
    verified = verify_head(
        store.view(furthest), ledger.workspace.verifier, last_seen=ledger.last_seen
    )
    for ref in refs:
        _require_earlier(ledger, verified, ref)
    _require_untouched(ledger)
    ledger.remember(verified)
    return _answer(verified, furthest)


def _furthest(ledger: Ledger, refs: list[str]) -> str | None:
    """Return the ref whose history has the others', the remote's where they differ."""
    store = ledger.workspace.store
    found: str | None = None
    for ref in reversed(refs):
        if found is None or store.contains(
            _commit(ledger, ref), _commit(ledger, found)
        ):
            found = ref
    return found


def _require_earlier(ledger: Ledger, verified: Verified, ref: str) -> None:
    """Refuse a ref whose log is not the verified one, as far as it goes."""
    store = ledger.workspace.store
    assert verified.head is not None  # noqa: S101 - a ref was verified
    whole = {file.path: file for file in store.files(verified.head, (LOG_FOLDER,))}
    part = store.files(_commit(ledger, ref), (LOG_FOLDER,))
    for file, path in zip(part, sorted(whole), strict=False):
        if file != whole[path]:
            raise IntegrityError(
                f"`{ref}` has another {path} than the log that was verified"
            )
    if len(part) > len(whole):
        raise IntegrityError(f"`{ref}` has entries that the verified log does not")


def _require_untouched(ledger: Ledger) -> None:
    changed = ledger.workspace.store.worktree_changes(LOG_FOLDER)
    if changed:
        more = f" (and {len(changed) - 1} more)" if changed[1:] else ""
        raise IntegrityError(
            f"{changed[0]}{more}: the work tree's file is not the committed one",
            hint=f"`git checkout HEAD -- {LOG_FOLDER}` brings the committed ones back",
        )


def _commit(ledger: Ledger, ref: str) -> str:
    return ledger.workspace.store.resolve(ref)


def _answer(verified: Verified, ref: str) -> Answer:
    state = verified.state

    def text(paint: Paint) -> str:
        rows = [
            ("log", state.origin or "-"),
            ("entries", str(state.size)),
            ("root", state.root),
            ("tags", f"{len(verified.tags)}, each with its entry"),
            ("seen in", ref),
        ]
        return f"the release log {paint('holds', Role.SUCCESS)}\n" + fields(
            rows, paint=paint
        )

    return Answer(
        text=text,
        document={
            "schema": "companyos.log-verification/v1",
            "origin": state.origin,
            "size": state.size,
            "root": state.root,
            "head": verified.head,
            "tags": sorted(verified.tags),
            "ref": ref,
        },
    )
