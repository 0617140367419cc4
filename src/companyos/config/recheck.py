"""Checking a desired state again where few of its files have changed.

What was found in a file still holds, unless the file has changed, shares a name with
one that has, or extends one. Those files are checked anew, among just as many others as
they refer to or are referred to by. Where it is not certain that the answer is the one
that looking at all files gives, there is none, and all are to be looked at.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import NamedTuple

from companyos.checks.facts import (
    Broken,
    BundleFacts,
    CatalogFacts,
    Facts,
    FlagFacts,
    TenantFacts,
)
from companyos.checks.locality import COUNTED, TOGETHER, silenced
from companyos.checks.names import CHAINED, Name, Named, Part, Space, face, names_of
from companyos.config.kinds import KINDS, Kind
from companyos.config.load import broken_in, examine
from companyos.config.name_index import NameIndex
from companyos.config.read_file import FileResult
from companyos.config.sources import Sources
from companyos.config.written_conditions import Trees
from companyos.findings import Finding, in_order

FILES_MIN = 200
SHARE_MAX = 0.2
"""With more files to look at than both, looking at all of them is easier."""

_GOVERNING = frozenset(kind.path for kind in KINDS.values() if kind.path)
_NAMED: dict[Kind, type[Named]] = {
    Kind.TENANT: TenantFacts,
    Kind.POLICY: BundleFacts,
    Kind.FLAG: FlagFacts,
}


class Change(NamedTuple):
    """One file's result in the last run and now, None where there was or is none."""

    path: str
    before: FileResult | None
    after: FileResult | None


class Kept(NamedTuple):
    """What the last run left: all that was found, the broken files, and the names.

    `governing` are the results of files that there is one of. `result` gives those of
    other files that are as they were, and raises `LookupError` for what it lacks;
    `trees` gives the trees of conditions that are known, and may lack any.
    """

    findings: tuple[Finding, ...]
    broken: Broken
    names: NameIndex
    governing: tuple[FileResult, ...]
    result: Callable[[str], FileResult]
    trees: Callable[[Iterable[FileResult]], Trees]


class Rechecked(NamedTuple):
    """What there is to find now, nothing of it set aside, and the broken files."""

    findings: tuple[Finding, ...]
    broken: Broken


def is_governing(path: str) -> bool:
    """Return whether there is one such file only, on which everything hangs."""
    return path in _GOVERNING


def names_in(path: str, result: FileResult | None) -> tuple[Name, ...]:
    """Return the names of a file, none where there is no file."""
    if result is None:
        return ()
    kind = None if result.kind is None else _NAMED.get(result.kind)
    return tuple(names_of(path, kind, result.record))


def recheck(
    kept: Kept, changes: Sequence[Change], sources: Sources, *, today: date
) -> Rechecked | None:
    """Return what looking at all of `sources` would find, None if that is not certain.

    The day is the one of the last run. The names are brought up to date.

    Raises:
        LookupError: something that is needed was not kept.
    """
    if not _is_simple(kept, changes):
        return None
    broken = _broken_now(kept.broken, changes)
    silent = silenced(broken, kept.findings)
    if silenced(kept.broken, kept.findings) - silent:
        return None
    around = _Surroundings(kept, changes, most=most(len(sources)))
    told = around.told()
    looked_at = around.looked_at(told)
    if looked_at is None or any(map(is_governing, told)):
        return None
    results = [*kept.governing, *map(around.result, looked_at)]
    results.sort(key=lambda each: each.path)
    given = _given(changes)
    fresh = examine(
        results,
        sources,
        today=today,
        known=kept.trees(results),
        seen=lambda facts: _seen(replace(facts, broken=broken), told, given),
    ).findings
    findings = _merged(kept, fresh, told, silent)
    return None if findings is None else Rechecked(findings, broken)


def most(files: int) -> int:
    """Return how many of so many files may be looked at again."""
    return max(FILES_MIN, int(files * SHARE_MAX))


def _is_simple(kept: Kept, changes: Iterable[Change]) -> bool:
    """Return whether what was found says nothing about changed files as well."""
    changed = {change.path for change in changes}
    if any(map(is_governing, changed)):
        return False
    if any(each.kind is Kind.INVARIANTS for each in kept.governing):
        return False
    is_renamed = any(_id_of(each.before) != _id_of(each.after) for each in changes)
    for finding in kept.findings:
        if finding.check in TOGETHER:
            return False
        if finding.check in COUNTED:
            near = {related.place.file for related in finding.related}
            if is_renamed or finding.count > 1 or near & changed:
                return False
    return True


def _id_of(result: FileResult | None) -> str | None:
    record = None if result is None else result.record
    if isinstance(record, TenantFacts | BundleFacts | FlagFacts):
        return record.id.text
    return None


def _broken_now(before: Broken, changes: Sequence[Change]) -> Broken:
    gone = broken_in([each.before for each in changes if each.before is not None])
    new = broken_in([each.after for each in changes if each.after is not None])
    return Broken(
        tenants=before.tenants - gone.tenants | new.tenants,
        bundles=before.bundles - gone.bundles | new.bundles,
        flags=before.flags - gone.flags | new.flags,
    )


def _given(changes: Iterable[Change]) -> frozenset[tuple[Space, str]]:
    """Return the names that changed files gave or give."""
    return frozenset(
        (name.space, name.text)
        for change in changes
        for result in (change.before, change.after)
        for name in names_in(change.path, result)
        if name.part is Part.GIVES
    )


class _Surroundings:
    """Finds the files that a change is about, and those that they are about."""

    def __init__(self, kept: Kept, changes: Sequence[Change], *, most: int) -> None:
        self._kept = kept
        self._changes = changes
        self._most = most
        self._results = {each.path: each.after for each in changes if each.after}
        for each in changes:
            kept.names.remove(each.path, names_in(each.path, each.before))
            kept.names.add(each.path, names_in(each.path, each.after))

    def result(self, path: str) -> FileResult:
        """Return what a file gives now."""
        if path not in self._results:
            self._results[path] = self._kept.result(path)
        return self._results[path]

    def told(self) -> set[str]:
        """Return the files, gone ones included, of which findings are told anew."""
        found = {change.path for change in self._changes}
        for change in self._changes:
            before = names_in(change.path, change.before)
            after = names_in(change.path, change.after)
            for name in {*before, *after}:
                found.update(self._touched(name, change))
        extending = self._extending()
        return found | extending

    def looked_at(self, told: set[str]) -> list[str] | None:
        """Return the files that checks must see to tell of some, None if too many."""
        if len(told) > self._most:
            return None
        gone = {change.path for change in self._changes if change.after is None}
        pending = sorted(told - gone)
        found = set(pending)
        for path in tuple(pending):
            pending += self._around(path)
        while pending:
            path = pending.pop()
            found.add(path)
            if len(found) > self._most:
                return None
            chained = (name for name in self._uses(path) if name.space in CHAINED)
            pending += (each for each in self._givers(chained) if each not in found)
        return sorted(path for path in found if not is_governing(path))

    def _touched(self, name: Name, change: Change) -> Iterable[str]:
        match name.part:
            case Part.ALIKE:
                return self._kept.names.files(name)
            case Part.USES:
                return self._givers([name])
            case Part.GIVES if _looks_alike(change, name.space):
                return ()
            case Part.GIVES:
                return self._users(name)

    def _extending(self) -> set[str]:
        """Return what extends a changed policy bundle, or one that does.

        Of two files that give one id, each may be taken for the other.
        """
        found: set[str] = set()
        bases = [text for space, text in _given(self._changes) if space is Space.BASE]
        while bases:
            name = Name(Part.GIVES, Space.BASE, bases.pop())
            for path in {*self._users(name), *self._givers([name])} - found:
                found.add(path)
                bases += [
                    each.text
                    for each in names_in(path, self.result(path))
                    if each.part is Part.GIVES and each.space is Space.BASE
                ]
        return found

    def _around(self, path: str) -> Iterator[str]:
        """Yield a file's likes, whom it refers to, and of its own users enough.

        That is one that the file itself does not name, so that it is seen both that
        there is any and what one gets of which nothing is said.
        """
        uses = self._uses(path)
        yield from self._givers(uses)
        for name in names_in(path, self.result(path)):
            if name.part is Part.ALIKE:
                yield from self._kept.names.files(name)
            elif name.part is Part.GIVES:
                yield from islice(self._certain_users(name), 1 + len(uses))

    def _uses(self, path: str) -> list[Name]:
        names = names_in(path, self.result(path))
        return list(dict.fromkeys(each for each in names if each.part is Part.USES))

    def _givers(self, names: Iterable[Name]) -> list[str]:
        return [
            path
            for name in names
            for path in self._kept.names.files(name._replace(part=Part.GIVES))
        ]

    def _users(self, name: Name) -> list[str]:
        return self._kept.names.files(name._replace(part=Part.USES))

    def _certain_users(self, name: Name) -> Iterator[str]:
        wanted = name._replace(part=Part.USES)
        return (path for path in self._users(name) if wanted in self._uses(path))


def _looks_alike(change: Change, space: Space) -> bool:
    if change.before is None or change.after is None:
        return False
    return face(change.before.record, space) == face(change.after.record, space)


def _seen(
    facts: Facts, told: Collection[str], given: frozenset[tuple[Space, str]]
) -> Facts:
    """Return facts in which what is not told of names nothing that was left out.

    That is what there is one of, and other flags' overrides: whether they are right is
    known, and guessing what was meant would take longer than all else.
    """
    flags = {flag.id.text for flag in facts.flags}
    flags |= {text for space, text in given if space is Space.FLAG}
    tenants = {tenant.id.text for tenant in facts.tenants}
    tenants |= {text for space, text in given if space is Space.TENANT}
    subjects = facts.subjects
    if subjects is not None:
        subjects = tuple(each for each in subjects if each.tenant.text in tenants)
    return replace(
        facts,
        flags=tuple(
            flag if flag.id.file in told else _overriding(flag, tenants)
            for flag in facts.flags
        ),
        catalog=facts.catalog and _naming(facts.catalog, flags),
        subjects=subjects,
    )


def _overriding(flag: FlagFacts, tenants: Collection[str]) -> FlagFacts:
    overrides = (each for each in flag.overrides if each.tenant.text in tenants)
    return flag._replace(overrides=tuple(overrides))


def _naming(catalog: CatalogFacts, flags: Collection[str]) -> CatalogFacts:
    services = tuple(
        each._replace(flags=tuple(word for word in each.flags if word.text in flags))
        for each in catalog.services
    )
    return catalog._replace(services=services)


def _merged(
    kept: Kept, fresh: Iterable[Finding], told: set[str], silent: frozenset[str]
) -> tuple[Finding, ...] | None:
    """Return the findings that hold still and the new ones; None as in `recheck`."""
    new: list[Finding] = []
    counts: dict[tuple[str, str], Finding] = {}
    for each in fresh:
        if each.check in TOGETHER:
            return None
        if each.check in COUNTED:
            counts[each.check, each.message] = each
        elif each.place.file in told and each.check not in silent:
            new.append(each)
    if not _counts_hold(kept.findings, counts, told):
        return None
    held = (
        each
        for each in kept.findings
        if each.place.file not in told and each.check not in silent
    )
    return in_order([*held, *new])


def _counts_hold(
    before: Iterable[Finding],
    counts: Mapping[tuple[str, str], Finding],
    told: set[str],
) -> bool:
    """Return whether names that nobody gives are used as they were, where it is known.

    Of a name that only files use of which nothing is told, that is not known: whoever
    gives it may have been left out.
    """
    known: set[tuple[str, str]] = set()
    for old in before:
        if old.check in COUNTED:
            new = counts.get((old.check, old.message), old)
            known.add((old.check, old.message))
            if old.place.file in told or (old.place, old.count) != (
                new.place,
                new.count,
            ):
                return False
    files = {each.place.file for key, each in counts.items() if key not in known}
    return told.isdisjoint(files) and not any(map(is_governing, files))
