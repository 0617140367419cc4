"""Replaying entries: each is held against everything before it, then added.

What must hold for an entry: its signature under the trust in force before it; its
position, so that it extends exactly this log; an operation id of its own; its signer's
grant; and that what it does can be done in the state it meets. Gates are not asked
again: they were, by whoever signed, and a promotion records how they stood. What needs
no knowledge outside the log (holds, where a rollback may lead) is checked here as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from companyos.errors import IntegrityError
from companyos.releases.composition import compose, left_behind, taken_back, whole
from companyos.releases.entries import (
    PARTS,
    Content,
    Entry,
    GateVerdict,
    Promotion,
    Release,
    Rollback,
    Trust,
)
from companyos.releases.envelopes import unverified_payload
from companyos.releases.merkle import leaf_hash
from companyos.releases.paths import entry_path
from companyos.releases.signatures import Verifier
from companyos.releases.state import (
    EMPTY,
    Hold,
    LogState,
    Occupation,
    RecordedRelease,
    StageState,
)
from companyos.releases.statements import decode
from companyos.releases.trust import (
    ROOT,
    grant_needed,
    keys_of,
    may,
    require_workable,
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """The state behind the last entry replayed, and the entries themselves."""

    state: LogState
    entries: tuple[Entry, ...]


def replay(state: LogState, files: Iterable[bytes], verifier: Verifier) -> Replayed:
    """Return what the log says with `files`, the next entries in order, added.

    Raises:
        IntegrityError: an entry does not hold; the message begins with which.
    """
    return _replay(state, files, verifier)


def replay_known(files: Iterable[bytes], *, root: str) -> Replayed:
    """Return what a log says whose root was verified before, without signatures.

    Raises:
        IntegrityError: these are not the entries that had this root.
    """
    replayed = _replay(EMPTY, files, None)
    if replayed.state.root != root:
        raise IntegrityError(
            f"the first {replayed.state.size} entries are not those verified earlier"
        )
    return replayed


def at_entry(index: int, problem: str) -> str:
    """Return a message that says which entry has the problem, and where it is."""
    return f"entry {index} ({entry_path(index)}): {problem}"


def _replay(
    state: LogState, files: Iterable[bytes], verifier: Verifier | None
) -> Replayed:
    growing = _GrowingLog(state)
    entries: list[Entry] = []
    for file in files:
        try:
            entries.append(growing.add(file, verifier))
        except IntegrityError as error:
            message = at_entry(growing.tree.size, error.message)
            raise IntegrityError(message, hint=error.hint) from error
    return Replayed(growing.state(), tuple(entries))


class _GrowingLog:
    """A log state that can still grow: one copy a replay instead of one an entry."""

    def __init__(self, state: LogState) -> None:
        self._origin = state.origin
        self._trust = state.trust
        self._keys = {} if state.trust is None else keys_of(state.trust)
        self.tree = state.tree
        self._root = state.root
        self._roots = list(state.roots)
        self._releases = dict(state.releases)
        self._folded = {version.casefold() for version in state.releases}
        self._stages = {
            name: _GrowingStage(stage) for name, stage in state.stages.items()
        }
        self._operations = dict(state.operations)
        self._last = state.last_recorded_at
        self._backwards = list(state.backwards)

    def state(self) -> LogState:
        """Return what was gathered. Nothing may be added afterwards."""
        return LogState(
            origin=self._origin,
            trust=self._trust,
            tree=self.tree,
            roots=tuple(self._roots),
            releases=self._releases,
            stages={name: stage.state() for name, stage in self._stages.items()},
            operations=self._operations,
            last_recorded_at=self._last,
            backwards=tuple(self._backwards),
        )

    def add(self, file: bytes, verifier: Verifier | None) -> Entry:
        """Check the next entry and add it."""
        if verifier is None:
            entry = decode(unverified_payload(file))
        else:
            entry = self._signed(file, verifier)
        self._require_position(entry)
        self._require_grant(entry)
        self._apply(entry)
        self._count(entry, leaf_hash(file))
        return entry

    def _signed(self, file: bytes, verifier: Verifier) -> Entry:
        keys = self._keys or _pinned_keys(file)
        verified = verifier.verify(file, keys)
        entry = decode(verified.payload)
        if entry.actor != verified.signer_id:
            raise IntegrityError(
                f"it names `{entry.actor}` as its actor, and `{verified.signer_id}` "
                "signed it"
            )
        return entry

    def _require_position(self, entry: Entry) -> None:
        position = entry.position
        if self._origin is not None and position.origin != self._origin:
            raise IntegrityError(
                f"it was signed for the log `{position.origin}`, and this one is "
                f"`{self._origin}`"
            )
        if position.index != self.tree.size:
            raise IntegrityError(f"it was signed as entry {position.index}")
        if position.prev_root != self._root:
            raise IntegrityError(
                "it does not extend the entries before it: the log was forked or "
                "rewritten"
            )
        if entry.operation_id in self._operations:
            raise IntegrityError(
                f"its operation `{entry.operation_id}` is already that of entry "
                f"{self._operations[entry.operation_id]}"
            )

    def _require_grant(self, entry: Entry) -> None:
        trust = self._trust
        if trust is None:
            if not isinstance(entry.body, Trust):
                raise IntegrityError("the first entry must be of kind `trust`")
            trust = entry.body
        needed = grant_needed(entry.body)
        signer = trust.signers.get(entry.actor)
        if signer is None or not may(signer, needed):
            raise IntegrityError(
                f"`{entry.actor}` signed it and does not hold the grant `{needed}`"
            )

    def _apply(self, entry: Entry) -> None:
        match entry.body:
            case Trust():
                self._apply_trust(entry.body)
            case Release():
                self._apply_release(entry, entry.body)
            case Promotion():
                self._apply_promotion(entry, entry.body)
            case Rollback():
                self._apply_rollback(entry, entry.body)

    def _apply_trust(self, trust: Trust) -> None:
        if self._trust is not None and self._trust.root_threshold > 1:
            raise IntegrityError(
                f"a change of trust needs {self._trust.root_threshold} root signers, "
                "and an entry carries one signature; approvals of trust changes "
                "cannot be recorded yet"
            )
        require_workable(trust)
        self._trust = trust
        self._keys = keys_of(trust)

    def _apply_release(self, entry: Entry, release: Release) -> None:
        # Tags become files: two versions that differ in case only would be one file.
        folded = release.version.casefold()
        if folded in self._folded:
            raise IntegrityError(f"release `{release.version}` is already recorded")
        self._folded.add(folded)
        self._releases[release.version] = RecordedRelease(
            release, entry.position.index, entry.recorded_at, entry.actor
        )

    def _apply_promotion(self, entry: Entry, promotion: Promotion) -> None:
        stage = self._stages.setdefault(promotion.stage, _GrowingStage(StageState()))
        stage.require_previous(promotion.previous)
        if promotion.content != whole(self._release(promotion.version)):
            raise IntegrityError(
                f"its content is not all of release `{promotion.version}`"
            )
        if promotion.version in stage.holds:
            raise IntegrityError(
                f"release `{promotion.version}` is held at `{promotion.stage}` since "
                f"entry {stage.holds[promotion.version].index}"
            )
        for gate in promotion.gates:
            if gate.verdict is not GateVerdict.OPEN:
                raise IntegrityError(f"its gate `{gate.gate}` was {gate.verdict}")
        stage.occupy(entry, promotion.content)

    def _apply_rollback(self, entry: Entry, rollback: Rollback) -> None:
        stage = self._stages.setdefault(rollback.stage, _GrowingStage(StageState()))
        before = stage.require_previous(rollback.previous)
        if rollback.target not in stage.carried or rollback.target in stage.holds:
            state = "held at" if rollback.target in stage.holds else "never at"
            raise IntegrityError(
                f"its target `{rollback.target}` was {state} `{rollback.stage}`"
            )
        if list(rollback.only) != [part for part in PARTS if part in rollback.only]:
            raise IntegrityError("`predicate.only` is not in order, each part once")
        if before is None:
            raise IntegrityError(f"there is nothing at `{rollback.stage}` to take back")
        versions = taken_back(before.versions, rollback.only, target=rollback.target)
        releases = {name: self._release(name) for name in set(versions.values())}
        if rollback.content != compose(versions, releases):
            raise IntegrityError("its content is not what its target and parts make")
        if list(rollback.held) != left_behind(before.versions, versions):
            raise IntegrityError("`predicate.held` is not what the rollback leaves")
        stage.occupy(entry, rollback.content)
        stage.hold(rollback, entry.position.index)

    def _release(self, version: str) -> Release:
        recorded = self._releases.get(version)
        if recorded is None:
            raise IntegrityError(f"release `{version}` is not recorded before it")
        return recorded.release

    def _count(self, entry: Entry, leaf: bytes) -> None:
        index = self.tree.size
        self._origin = entry.position.origin
        self._operations[entry.operation_id] = index
        if self._last is not None and entry.recorded_at < self._last:
            self._backwards.append(index)
        self._last = entry.recorded_at
        self.tree = self.tree.append(leaf)
        self._root = self.tree.root().hex()
        self._roots.append(self._root)


class _GrowingStage:
    """A stage's state that can still grow."""

    def __init__(self, state: StageState) -> None:
        self._history = list(state.history)
        self.holds = dict(state.holds)
        self.carried = {stay.content.version for stay in state.history}

    def state(self) -> StageState:
        return StageState(tuple(self._history), self.holds)

    def require_previous(self, previous: int | None) -> Content | None:
        """Return what is here, which the entry `previous` must have brought."""
        current = self._history[-1] if self._history else None
        found = None if current is None else current.index
        if previous != found:
            raise IntegrityError(
                f"it replaces what entry {previous} brought, and the stage holds what "
                f"entry {found} brought"
            )
        return None if current is None else current.content

    def occupy(self, entry: Entry, content: Content) -> None:
        """Begin a new stay, which ends the one that lasted."""
        if self._history:
            last = self._history[-1]
            if last.content == content:
                raise IntegrityError("it changes nothing")
            self._history[-1] = Occupation(
                index=last.index,
                how=last.how,
                content=last.content,
                actor=last.actor,
                since=last.since,
                until=entry.recorded_at,
            )
        self._history.append(
            Occupation(
                index=entry.position.index,
                how=entry.kind,
                content=content,
                actor=entry.actor,
                since=entry.recorded_at,
            )
        )
        self.carried.add(content.version)

    def hold(self, rollback: Rollback, index: int) -> None:
        """Hold every version that a rollback left."""
        for version in rollback.held:
            self.holds[version] = Hold(version, index, rollback.reason)


def _pinned_keys(file: bytes) -> dict[str, str]:
    """Return the keys that may sign a log's first entry: its own root signers'."""
    entry = decode(unverified_payload(file))
    if not isinstance(entry.body, Trust):
        raise IntegrityError("the first entry must be of kind `trust`")
    roots = {
        name: signer.public_key
        for name, signer in entry.body.signers.items()
        if may(signer, ROOT)
    }
    if not roots:
        raise IntegrityError("nobody in it holds `root`")
    return roots
