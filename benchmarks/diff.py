"""What a diff costs: 1,000 rules of which three are edited, over 10,000 tenants.

The comparison alone, and with loading both compiled states. A second run has a flag's
share changed as well, and a third the worst case: the regions change, so every cell in
which a condition reads one is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from time import perf_counter
from typing import cast

import worlds

from companyos.diff import StateDiff, compare
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.snapshot import Snapshot

RULES, TENANTS, ROUNDS = 1_000, 10_000, 5
NOW = datetime(2027, 1, 31, tzinfo=UTC)
Rules = list[dict[str, JSONValue]]


def flag(weight: int) -> JSONObject:
    """Return a flag that is on for so many of 100,000."""
    return {
        "type": "boolean", "kind": "release", "state": "active",
        "variants": {"off": False, "on": True}, "default": "off", "off": "off",
        "owner": "team", "prerequisites": [], "overrides": {}, "rules": [],
        "rollout": {
            "by": "subject", "weights": [["on", weight], ["off", 100_000 - weight]],
        },
        "bucketing": "flagd/3", "salt": "f", "expires_at": None, "on_expiry": "keep",
        "file": "config/flags/f.yaml", "line": 2,
    }  # fmt: skip


class World:
    """One desired state as documents, so that parts of it can be edited."""

    def __init__(self) -> None:
        self.policies = dict(worlds.policies_document(RULES))
        self.tenants = dict(worlds.tenants_document(TENANTS, ["f"]))
        self.weight = 25_000

    @property
    def rules(self) -> Rules:
        """The rules of the one bundle."""
        bundles = cast("dict[str, dict[str, JSONValue]]", self.policies["bundles"])
        return cast("Rules", bundles["standard"]["rules"])

    def edited(self) -> World:
        """Return the same world with a condition, a role and a deny taken away."""
        other = deepcopy(self)
        rules = other.rules
        rules[2]["when"] = None
        rules[6]["roles"] = ["Analyst", "CompanyAdmin", "Editor"]
        del rules[14]
        return other

    def load(self) -> Snapshot:
        """Return the snapshot of the documents."""
        flags: JSONValue = {
            "schema": "companyos.flags/v1", "flags": {"f": flag(self.weight)},
        }  # fmt: skip
        return Snapshot.load(
            tenants=canonical_json(self.tenants),
            policies=canonical_json(self.policies),
            flags=canonical_json(flags),
        )


def seconds(run: Callable[[], StateDiff]) -> tuple[float, StateDiff]:
    """Return the least time of a few runs, and what the last one found."""
    times: list[float] = []
    found: list[StateDiff] = []
    for _ in range(ROUNDS):
        start = perf_counter()
        found[:] = [run()]
        times.append(perf_counter() - start)
    return min(times), found[0]


def told(name: str, run: Callable[[], StateDiff]) -> None:
    """Print one row."""
    took, found = seconds(run)
    exact = "proved" if found.is_exact else "not proved"
    print(
        f"{name:34}{took:9.3f} s   {len(found.access):4} access, "
        f"{len(found.flags):2} flags, {exact}"
    )


def main() -> None:
    """Print the table."""
    world = World()
    before, after = world.load(), world.edited().load()
    told("3 of 1,000 rules, 10,000 tenants", lambda: compare(before, after, now=NOW))
    told(
        "  with loading both states",
        lambda: compare(world.load(), world.edited().load(), now=NOW),
    )
    flagged = world.edited()
    flagged.weight = 50_000
    flips = flagged.load()
    told("  and a flag's share", lambda: compare(before, flips, now=NOW))
    moved = deepcopy(world)
    moved.tenants["regions"] = {
        "eu": {"countries": ["DE"]}, "us": {"countries": ["US", "CA", "FR"]},
    }  # fmt: skip
    regions = moved.load()
    told("a country changes its region", lambda: compare(before, regions, now=NOW))
    told("nothing", lambda: compare(before, world.load(), now=NOW))


if __name__ == "__main__":
    main()
