"""A diff as text, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from companyos.diff import AccessChange, Direction, FlagChange, StateDiff, TenantChange
from companyos_cli.console import Paint, Role
from companyos_cli.render import diff_words as words

WIDTH = 100
SHOWN = 200
"""Changes of one kind that a terminal shows; JSON has them all."""

_SIGNS = {
    Direction.GAINED: ("+", "gain", Role.SUCCESS),
    Direction.LOST: ("-", "lose", Role.ERROR),
}


def diff_text(diff: StateDiff, names: words.Names, paint: Paint) -> str:
    """Return the whole diff."""
    return "\n".join(_lines(diff, names, paint))


def _lines(diff: StateDiff, names: words.Names, paint: Paint) -> Iterator[str]:
    yield f"{names[0]} → {names[1]}"
    yield paint(words.summary(diff), Role.STRONG)
    yield from _tenants(diff, paint)
    yield from _flags(diff, paint)
    yield from _access(diff, paint)
    if diff.remarks:
        yield from ("", paint("Remarks", Role.STRONG))
        yield from _wrapped([each.text for each in diff.remarks])
    if diff.doubts:
        yield from ("", paint("Not proved to be complete", Role.WARNING))
        yield from _wrapped(list(diff.doubts))


def _tenants(diff: StateDiff, paint: Paint) -> Iterator[str]:
    if not (diff.tenants_added or diff.tenants_removed or diff.tenants_changed):
        return
    yield from ("", paint("Tenants", Role.STRONG))
    if diff.tenants_added:
        yield f"  {paint('+', Role.SUCCESS)} {words.concerned(diff.tenants_added)}"
    if diff.tenants_removed:
        yield f"  {paint('-', Role.ERROR)} {words.concerned(diff.tenants_removed)}"
    for each in diff.tenants_changed[:SHOWN]:
        yield from _tenant(each)
    yield from _rest(len(diff.tenants_changed))


def _tenant(change: TenantChange) -> Iterator[str]:
    yield f"  {change.tenant_id}"
    for field in change.fields:
        yield _fit(f"    {field.field}  {words.field_change(field)}", 6)


def _flags(diff: StateDiff, paint: Paint) -> Iterator[str]:
    if not diff.flags:
        return
    yield from ("", paint("Flags", Role.STRONG))
    for each in diff.flags[:SHOWN]:
        yield from _flag(each, diff, paint)
    yield from _rest(len(diff.flags))


def _flag(change: FlagChange, diff: StateDiff, paint: Paint) -> Iterator[str]:
    yield _fit(f"  {paint(change.flag_id, Role.STRONG)}  {words.takers(change)}", 6)
    for move in change.moves:
        for line in words.movement(move):
            yield f"      {line}"
        if when := words.when_of(move.when):
            yield _fit(f"      when    {when}", 14)
        if move.is_rebucketed:
            yield f"      {paint('warning', Role.WARNING)} {words.REBUCKETED}"
    for reason in words.reasons(change, diff):
        yield _fit(f"      because {reason}", 14)
    if place := words.place_of(change):
        yield f"      at      {place}"


def _access(diff: StateDiff, paint: Paint) -> Iterator[str]:
    if not diff.access:
        return
    yield from ("", paint("Access", Role.STRONG))
    for each in diff.access[:SHOWN]:
        yield from _grant(each, paint)
    yield from _rest(len(diff.access))


def _grant(change: AccessChange, paint: Paint) -> Iterator[str]:
    sign, verb, role = _SIGNS[change.direction]
    line = f"  {paint(sign, role)} {words.who(change)} {verb} {change.action}"
    yield _fit(f"{line}  [{words.concerned(change.tenants)}]", 6)
    if when := words.when_of(change.when):
        yield _fit(f"      when    {when}", 14)
    if change.when is None:
        yield _fit(f"      such as {words.example_of(change)}", 14)
    yield f"      before  {words.before_of(change)}"
    yield f"      after   {words.after_of(change)}"


def _rest(count: int) -> Iterator[str]:
    if count > SHOWN:
        yield f"  … and {count - SHOWN:,} more; `-o json` has them all"


def _wrapped(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield _fit(f"  {line}", 4)


def _fit(line: str, indent: int) -> str:
    """Return a line broken at spaces, so that it is no wider than a screen."""
    return textwrap.fill(
        line,
        WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
