"""The words in which a diff is told, alike in a terminal and in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from companyos.conditions import to_text
from companyos.conditions.tree import Node
from companyos.diff import (
    AccessChange,
    Direction,
    FieldChange,
    FlagChange,
    FlagMove,
    StateDiff,
)
from companyos.diff.cover import ALWAYS
from companyos.diff.governing import members_changed
from companyos.digests import JSONValue

NO_ANSWER_CHANGES = "no access and no flag answer changes"
NOTHING_FOUND = "no change of access or of a flag was found, and not all is proved"
NAMES_MAX = 4
HOLDERS_MAX = 8

Names = tuple[str, str]
"""How the two sides are called."""


def summary(diff: StateDiff) -> str:
    """Return the whole diff in one line."""
    access = (
        (_counted(diff, Direction.GAINED), "gained"),
        (_counted(diff, Direction.LOST), "lost"),
    )
    flags = len({each.flag_id for each in diff.flags})
    tenants = (
        (len(diff.tenants_added), "added"),
        (len(diff.tenants_removed), "removed"),
        (len(diff.tenants_changed), "changed"),
    )
    rows = (
        ("access", access),
        ("flags", ((flags, "otherwise for some"),)),
        ("tenants", tenants),
    )
    told = [
        f"{noun}: " + ", ".join(f"{count:,} {what}" for count, what in row if count)
        for noun, row in rows
        if any(count for count, _ in row)
    ]
    return " · ".join(told) or (NO_ANSWER_CHANGES if diff.is_exact else NOTHING_FOUND)


def concerned(names: Sequence[str]) -> str:
    """Return tenants in a few words."""
    shown = ", ".join(names[:NAMES_MAX])
    more = len(names) - NAMES_MAX
    return f"{shown} and {more:,} more" if more > 0 else shown


def who(change: AccessChange) -> str:
    """Return the sets of roles that a change is about."""
    shown = [" + ".join(each) or "nobody's role" for each in change.holders]
    more = len(shown) - HOLDERS_MAX
    text = ", ".join(shown[:HOLDERS_MAX])
    return f"{text} and {more} more" if more > 0 else text


def before_of(change: AccessChange) -> str:
    """Return what decides before the change."""
    return f"{'new role: ' if change.before.lacks_role else ''}{change.before}"


def after_of(change: AccessChange) -> str:
    """Return what decides after the change."""
    return f"{'role gone: ' if change.after.lacks_role else ''}{change.after}"


def when_of(node: Node | None) -> str:
    """Return a condition as it would be written; empty where it always holds."""
    if node is None:
        return "in some cases, too many to write down; see the example"
    return "" if node == ALWAYS else to_text(node)


def example_of(change: AccessChange) -> str:
    """Return one example of who is concerned."""
    return ", ".join(
        f"{name} absent" if value is None else f"{name} {value_of(value)}"
        for name, value in change.example.items()
    )


def value_of(value: JSONValue) -> str:
    """Return a flag's value; none stands for a flag that is not there."""
    return "no flag" if value is None else json.dumps(value, ensure_ascii=False)


def percent(share: float) -> str:
    """Return a share for people, never rounded to none or all."""
    if 0 < share < 0.0001:
        return "< 0.01 %"
    if 0.9999 < share < 1:
        return "> 99.99 %"
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"


def movement(move: FlagMove) -> Iterator[str]:
    """Yield how many of those whom it concerns go from which value to which."""
    whom = "these subjects" if when_of(move.when) else "subjects"
    for each in move.transitions:
        yield (
            f"{percent(each.share)} of {whom}: {value_of(each.before)} → "
            f"{value_of(each.after)}"
        )


def takers(change: FlagChange) -> str:
    """Return for whom a flag changes."""
    suffix = "" if change.taking_part else " (taking no part: only its default)"
    return concerned(change.tenants) + suffix


def place_of(change: FlagChange) -> str:
    """Return where a flag is written, as far as it still is; empty where nowhere."""
    place = change.after or change.before
    return f"{place.file}:{place.line}" if place else ""


def reasons(change: FlagChange, diff: StateDiff) -> Iterator[str]:
    """Yield which flags it needs are the reason, and what they answer now."""
    for flag_id in change.because:
        cause = next(
            each
            for each in diff.flags
            if each.flag_id == flag_id
            and not set(each.tenants).isdisjoint(change.tenants)
        )
        yield f"{flag_id} {_answer(cause)} ({place_of(cause)})"


def _answer(cause: FlagChange) -> str:
    match cause.moves:
        case (FlagMove(transitions=(only,)) as move,) if only.share == 1:
            if not when_of(move.when):
                return f"now answers {value_of(only.after)}"
    return "answers otherwise"


def field_change(field: FieldChange) -> str:
    """Return how a field of a tenant changes."""
    members = members_changed(field.before, field.after)
    return " → ".join(field_sides(field)) if members is None else ", ".join(members)


def field_sides(field: FieldChange) -> tuple[str, str]:
    """Return both sides of a field; of two lists only what goes and what comes."""
    members = members_changed(field.before, field.after)
    if members is None:
        return value_of(field.before), value_of(field.after)
    gone, come = (
        ", ".join(each for each in members if each.startswith(sign)) for sign in "-+"
    )
    return gone, come


REBUCKETED = "re-bucketed: more people move than the new shares ask for"


def _counted(diff: StateDiff, direction: Direction) -> int:
    return sum(each.direction is direction for each in diff.access)
