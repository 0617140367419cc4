"""Which flag is the reason that another one answers otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

import desired_states as states
from companyos.diff import compare
from companyos.digests import JSONObject, JSONValue
from companyos.snapshot import Snapshot

NEEDS_G: JSONValue = [{"flag": "g", "variant": "on"}]
NEEDS_F: JSONValue = [{"flag": "f", "variant": "on"}]


def state(**flags: JSONObject) -> Snapshot:
    """Return a state whose tenants take part in all flags."""
    tenants: dict[str, JSONValue] = {"pilot-a": states.tenant(flags=sorted(flags))}
    return states.snapshot(tenants=tenants, flags=flags)


def causes(before: Snapshot, after: Snapshot) -> dict[str, tuple[str, ...]]:
    """Return the reasons of each flag that changes."""
    diff = compare(before, after, now=datetime(2027, 1, 31, tzinfo=UTC))
    return {each.flag_id: each.because for each in diff.flags}


def test_a_flag_that_is_what_it_was_changes_because_of_another() -> None:
    """Along a chain each flag names the next, which is a reason itself."""
    f = states.flag(default="on", prerequisites=NEEDS_G)
    e = states.flag(default="on", prerequisites=NEEDS_F)
    before = state(e=e, f=f, g=states.flag(default="on"))
    after = state(e=e, f=f, g=states.flag())
    assert causes(before, after) == {"e": ("f",), "f": ("g",), "g": ()}


def test_a_flag_that_changed_itself_needs_no_other_reason() -> None:
    """Its own line is named, whatever became of those it needs."""
    before = state(
        f=states.flag(default="on", prerequisites=NEEDS_G), g=states.flag(default="on")
    )
    after = state(
        f=states.flag(default="on", prerequisites=NEEDS_G, state="killed"),
        g=states.flag(),
    )
    assert causes(before, after) == {"f": (), "g": ()}
