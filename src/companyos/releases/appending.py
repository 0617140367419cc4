"""Appending one entry: decide on the newest log, sign, publish, or decide anew.

The publication is a compare-and-swap on the commit that was decided on, so whoever
loses a race has changed nothing and decides again on what the winner left. The
operation id makes running the same thing twice safe: the second run finds the entry of
the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeAlias, TypeVar

from companyos.errors import ContentionError, IntegrityError, UsageError
from companyos.releases.announcing import commit_message, tag_message
from companyos.releases.entries import Body, Entry, Position, Release, Trust
from companyos.releases.envelopes import unverified_payload
from companyos.releases.paths import entry_folder, entry_path, tag_name
from companyos.releases.replay import replay
from companyos.releases.signatures import Signer, Verifier
from companyos.releases.state import LogState
from companyos.releases.statements import decode, encode
from companyos.releases.store import Author, NewTag, Outcome, Publication, Store
from companyos.releases.trust import grant_needed, keys_of, may, signer_with_key
from companyos.releases.verification import (
    NOTHING_VERIFIED,
    LastSeen,
    Verified,
    verify_head,
)

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Draft:
    """What to record. `origin` names a new log, and is for its first entry only."""

    body: Body
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Settled(Generic[_Answer]):
    """There is nothing to append: it is so already, or it may not be."""

    answer: _Answer


Decide: TypeAlias = Callable[[LogState, str | None], Draft | Settled[_Answer]]
"""Decides on a log state and the commit it was read at; asked anew after each race."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The entry is in the log; `already` if an earlier run had put it there.

    `state` is the log with the entry, `tag` the name of its tag if its kind has one.
    """

    entry: Entry
    tag: str | None
    state: LogState
    already: bool
    attempts: int


@dataclass(frozen=True, slots=True)
class Writer:
    """What appending needs from outside.

    `pause` is called with the number of races lost so far, and should wait a little
    longer each time, at random; `attempts` is how many races to enter at most.
    """

    store: Store
    signer: Signer
    verifier: Verifier
    author: Author
    clock: Callable[[], datetime]
    pause: Callable[[int], None]
    attempts: int


def append(
    writer: Writer,
    decide: Decide[_Answer],
    *,
    operation_id: str,
    last_seen: LastSeen | None,
    known: Verified = NOTHING_VERIFIED,
) -> Appended | Settled[_Answer]:
    """Append what `decide` drafts, exactly once for an operation id.

    Raises:
        UsageError: the key may not sign this, or the draft cannot be recorded.
        ContentionError: others were faster `writer.attempts` times.
        UnavailableError: the remote does not answer; it is not known whether the entry
            was published, and running again with the same operation id tells.
        IntegrityError: the log as it is does not hold.
    """
    for attempt in range(1, writer.attempts + 1):
        writer.store.refresh()
        known = verify_head(
            writer.store, writer.verifier, last_seen=last_seen, known=known
        )
        if operation_id in known.state.operations:
            return _found(
                writer.store, known, operation_id=operation_id, attempt=attempt
            )
        decided = decide(known.state, known.head)
        if isinstance(decided, Settled):
            return decided
        appended = _publish(
            writer, known, draft=decided, operation_id=operation_id, attempt=attempt
        )
        if appended is not None:
            return appended
        writer.pause(attempt)
    raise ContentionError(
        f"others wrote to the release log first, {writer.attempts} times in a row",
        hint="nothing was changed; run it again",
    )


def _publish(
    writer: Writer, known: Verified, *, draft: Draft, operation_id: str, attempt: int
) -> Appended | None:
    """Publish the draft as the next entry; None where another entry came first."""
    entry = _entry(writer, known.state, draft=draft, operation_id=operation_id)
    file = writer.signer.sign(encode(entry))
    try:
        state = replay(known.state, [file], writer.verifier).state
        if isinstance(draft.body, Trust):
            _require_keys_that_work(writer, draft.body, file)
    except IntegrityError as error:
        # Nothing is wrong with the log: it is this entry that would be.
        raise UsageError(f"this cannot be recorded: {error.message}") from error
    tag = _tag(entry, state.root)
    outcome = writer.store.publish(
        Publication(
            parent=known.head,
            files={entry_path(entry.position.index): file},
            message=commit_message(entry),
            author=writer.author,
            at=entry.recorded_at,
            tag=tag,
        )
    )
    if outcome is Outcome.LOST_RACE:
        return None
    name = None if tag is None else tag.name
    return Appended(entry, name, state, already=False, attempts=attempt)


def _require_keys_that_work(writer: Writer, trust: Trust, file: bytes) -> None:
    """Refuse a signer table with a key under which no later entry could be verified."""
    keys = keys_of(trust)
    own = writer.signer.public_key
    # Whoever signs may be taking themselves out; no signer has an empty id.
    known = keys if own in keys.values() else {**keys, "": own}
    writer.verifier.verify(file, known)


def _entry(
    writer: Writer, state: LogState, *, draft: Draft, operation_id: str
) -> Entry:
    origin = draft.origin if state.origin is None else state.origin
    if origin is None or draft.origin not in (None, origin):
        raise UsageError("a log is named by its first entry, and by no other")
    return Entry(
        position=Position(origin, state.size, state.root),
        operation_id=operation_id,
        recorded_at=writer.clock().astimezone(UTC).replace(microsecond=0),
        actor=_actor(writer.signer.public_key, state.trust, draft.body),
        body=draft.body,
    )


def _actor(public_key: str, trust: Trust | None, body: Body) -> str:
    """Return the signer id of the key, which may sign this body."""
    if trust is None:
        if not isinstance(body, Trust):
            raise UsageError("the release log has not begun: it has no `trust` entry")
        trust = body
    signer = signer_with_key(trust, public_key)
    if signer is None:
        raise UsageError(
            "the signing key is not that of a trusted signer",
            hint="signers.yaml, and the `trust` entry made from it, say who may sign",
        )
    needed = grant_needed(body)
    if not may(signer, needed):
        raise UsageError(f"`{signer.signer_id}` does not hold the grant `{needed}`")
    return signer.signer_id


def _tag(entry: Entry, root: str) -> NewTag | None:
    name = tag_name(entry)
    if name is None:
        return None
    body = entry.body
    target = body.source.commit if isinstance(body, Release) else None
    return NewTag(name, tag_message(entry, root), target)


def _found(
    store: Store, known: Verified, *, operation_id: str, attempt: int
) -> Appended:
    """Return the entry that an earlier run of the same operation appended."""
    index = known.state.operations[operation_id]
    path = entry_path(index)
    files = store.files(known.head or "", [entry_folder(index)])
    blob = next(file.blob for file in files if file.path == path)
    # Its signature was verified a moment ago, when the log was.
    entry = decode(unverified_payload(store.contents([blob])[0]))
    return Appended(entry, tag_name(entry), known.state, already=True, attempts=attempt)
