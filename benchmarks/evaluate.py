"""`evaluate` beside the same flags by hand as Python, and beside other products.

The hand-written form makes no check of its input, notes nothing and gives value,
variant and reason as a tuple made beforehand; splits use the same hash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import flag_peers
import timing
import worlds

from companyos.digests import JSONObject, JSONValue
from companyos.flags import evaluate
from companyos.flags.bucketing import hash_of, salted
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

CALLS = 200
REPEATS = 50
PEER_CALLS = 1000
TENANTS = 10
NOW = datetime(2027, 1, 31, tzinfo=UTC)

Answer = tuple[bool, str, str]


def flag(**changes: JSONValue) -> JSONObject:
    """Return a boolean flag that is off, with these fields instead."""
    record: dict[str, JSONValue] = {
        "type": "boolean",
        "kind": "release",
        "state": "active",
        "variants": {"off": False, "on": True},
        "default": "off",
        "off": "off",
        "owner": "team-data",
        "prerequisites": [],
        "overrides": {},
        "rules": [],
        "rollout": None,
        "bucketing": "flagd/3",
        "salt": "salt",
        "expires_at": None,
        "on_expiry": "keep",
        "file": "config/flags/benchmark.yaml",
        "line": 1,
    }
    return {**record, **changes}


def quarter(by: str) -> JSONObject:
    """Return a rollout to a quarter."""
    return {"by": by, "weights": [["on", 25_000], ["off", 75_000]]}


def overridden(tenant_id: str, variant: str = "on") -> JSONObject:
    """Return an override of one tenant."""
    return {tenant_id: {"serve": {"variant": variant}, "until": None, "reason": ""}}


FINANCE_FIRST: JSONValue = [
    {
        "name": "finance-first",
        "when": worlds.OF_FINANCE,
        "source": None,
        "serve": {"variant": "on"},
    }
]
FLAGS: JSONObject = {
    "static": flag(),
    "killed": flag(state="killed"),
    "overridden": flag(overrides=overridden("tenant-1"), rollout=quarter("subject")),
    "by-subject": flag(rollout=quarter("subject")),
    "by-subject-too": flag(rollout=quarter("subject"), salt="pepper"),
    "by-tenant": flag(rollout=quarter("tenant")),
    "like-peers": flag(
        overrides={**overridden("tenant-1"), **overridden("tenant-2", "off")},
        rollout=quarter("subject"),
    ),
    "rules": flag(rules=FINANCE_FIRST),
    "rules-then-rollout": flag(rules=FINANCE_FIRST, rollout=quarter("subject")),
}

STATIC: Answer = (False, "off", "STATIC")
DISABLED: Answer = (False, "off", "DISABLED")
DEFAULT: Answer = (False, "off", "DEFAULT")
MATCH: Answer = (True, "on", "TARGETING_MATCH")
SPLIT_ON: Answer = (True, "on", "SPLIT")
SPLIT_OFF: Answer = (False, "off", "SPLIT")
SALT, PEPPER = salted("salt"), salted("pepper")


def split(prefix: bytes, key: str) -> Answer:
    """Return the share of a quarter."""
    return SPLIT_ON if hash_of(prefix, key) * 100_000 >> 32 < 25_000 else SPLIT_OFF


def in_finance(subject: Subject) -> bool:
    """Return whether the first rule matches."""
    return subject.attributes["department"] in {"finance", "legal"}


def by_hand() -> dict[str, Callable[[str, Subject], Answer]]:
    """Return the eight flags as functions."""
    ranked = sorted(
        (hash_of(SALT, tenant_id), tenant_id)
        for tenant_id in (f"tenant-{n}" for n in range(TENANTS))
    )
    first = {tenant_id for _, tenant_id in ranked[: -(-TENANTS // 4)]}
    return {
        "static": lambda _tenant, _subject: STATIC,
        "killed": lambda _tenant, _subject: DISABLED,
        "overridden": lambda tenant, subject: (
            MATCH if tenant == "tenant-1" else split(SALT, subject.subject_id)
        ),
        "by-subject": lambda _tenant, subject: split(SALT, subject.subject_id),
        "by-subject-too": lambda _tenant, subject: split(PEPPER, subject.subject_id),
        "by-tenant": lambda tenant, _subject: (
            SPLIT_ON if tenant in first else SPLIT_OFF
        ),
        "rules": lambda _tenant, subject: MATCH if in_finance(subject) else DEFAULT,
        "rules-then-rollout": lambda _tenant, subject: (
            MATCH if in_finance(subject) else split(SALT, subject.subject_id)
        ),
    }


def repeated(
    answer: Callable[[str, Subject], object], subjects: tuple[Subject, ...]
) -> Callable[[], None]:
    """Return what asks for all subjects, as often as is timed."""

    def run() -> None:
        for _ in range(REPEATS):
            for subject in subjects:
                answer(subject.tenant_id, subject)

    return run


def ours_repeated(
    flag_id: str, snapshot: Snapshot, subjects: tuple[Subject, ...]
) -> Callable[[], None]:
    """Return the same for `evaluate`, without a function around it."""

    def run() -> None:
        for _ in range(REPEATS):
            for subject in subjects:
                evaluate(
                    flag_id,
                    snapshot,
                    tenant_id=subject.tenant_id,
                    subject=subject,
                    now=NOW,
                )

    return run


def refuse_disagreement(
    flag_id: str,
    function: Callable[[str, Subject], Answer],
    snapshot: Snapshot,
    subjects: tuple[Subject, ...],
) -> None:
    """Stop where the two differ: then they did not do the same work."""
    for subject in subjects:
        found = evaluate(
            flag_id, snapshot, tenant_id=subject.tenant_id, subject=subject, now=NOW
        )
        answer = (found.value is True, found.variant or "", found.reason.value)
        if answer != function(subject.tenant_id, subject):
            raise SystemExit(f"`{flag_id}` differs for {subject}")


def refuse_another_flag(
    name: str, ask: flag_peers.Ask, subjects: tuple[Subject, ...]
) -> None:
    """Stop where this is not the flag that all are asked: each splits by its own hash.

    The overrides are on and off, and of the others about a quarter is on.
    """
    split: list[object] = []
    for subject in subjects:
        value, tenant_id = ask(subject).value, subject.tenant_id
        if tenant_id not in {"tenant-1", "tenant-2"}:
            split.append(value)
        elif value is not (tenant_id == "tenant-1"):
            raise SystemExit(f"{name} answers {value!r} for {tenant_id}")
    share = split.count(True) / len(split)
    if share + split.count(False) / len(split) != 1 or not 0.18 < share < 0.32:
        raise SystemExit(f"{name} is on for {share:.0%} of the subjects")


def once(ask: flag_peers.Ask, subjects: tuple[Subject, ...]) -> Callable[[], None]:
    """Return what asks for all subjects once."""

    def run() -> None:
        for subject in subjects:
            ask(subject)

    return run


def beside_peers(snapshot: Snapshot, subjects: tuple[Subject, ...]) -> None:
    """Print how many times as quick as each product `evaluate` is, in one run."""

    def own(subject: Subject) -> flag_peers.Told:
        return evaluate(
            "like-peers",
            snapshot,
            tenant_id=subject.tenant_id,
            subject=subject,
            now=NOW,
        )

    def ours() -> None:
        for subject in subjects:
            evaluate(
                "like-peers",
                snapshot,
                tenant_id=subject.tenant_id,
                subject=subject,
                now=NOW,
            )

    peers = dict(flag_peers.peers())
    for name, ask in {"evaluate": own, **peers}.items():
        refuse_another_flag(name, ask, subjects)
    contestants = {name: once(ask, subjects) for name, ask in peers.items()}
    found = timing.microseconds_each(
        {"evaluate": ours, **contestants}, calls=len(subjects)
    )
    print(f"\n{'overrides and a rollout':26}  µs each   a second   times as quick")
    for name, each in found.items():
        ratio = each / found["evaluate"]
        print(f"{name:26}{each:9.2f}{1e6 / each:11,.0f}{ratio:17.1f}")


def main() -> None:
    """Print the tables."""
    snapshot = worlds.snapshot(tenants=TENANTS, flags=FLAGS)
    subjects = worlds.subjects(CALLS, TENANTS)
    print(f"{'flag':22}{'by hand':>10}{'evaluate':>10}  µs each   a second")
    for flag_id, function in by_hand().items():
        refuse_disagreement(flag_id, function, snapshot, subjects)
        found = timing.microseconds_each(
            {
                "hand": repeated(function, subjects),
                "ours": ours_repeated(flag_id, snapshot, subjects),
            },
            calls=CALLS * REPEATS,
        )
        print(
            f"{flag_id:22}{found['hand']:10.2f}{found['ours']:10.2f}"
            f"{1e6 / found['ours']:20,.0f}"
        )
    beside_peers(snapshot, worlds.subjects(PEER_CALLS, TENANTS))


if __name__ == "__main__":
    main()
