"""`decide` beside the same rules written by hand as Python closures, in one run.

Three hand-written forms, all with the same index, order and reasons:

- prepared: trusts all input and hands out answers made beforehand, the least there is;
- reasoned: trusts all input and makes a `Decision` for each answer, as one would write;
- checked: prepared, but checks roles, ids and attributes as `decide` does, every time.

And beside the engines of `peers`, those that are installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import peers
import timing
import worlds

from companyos.authz import (
    Decision,
    Effect,
    ReasonCode,
    Request,
    Resource,
    decide,
)
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

CALLS = 200
REPEATS = 50
OWN = "decide"

SUBJECT_NAMES = ("department", "country", "employment_type")
RESOURCE_NAMES = ("data_region",)

Condition = Callable[[Subject, Resource], bool]


class Answer(NamedTuple):
    """A hand-written answer."""

    allowed: bool
    code: ReasonCode
    rule: str | None


MISMATCH = Answer(False, ReasonCode.TENANT_MISMATCH, None)
SILENCE = Answer(False, ReasonCode.NO_MATCHING_RULE, None)
INVALID = Answer(False, ReasonCode.INVALID_INPUT, None)


def is_visible(value: object) -> bool:
    """Return whether `value` is a short text of visible characters."""
    return type(value) is str and value.isprintable() and len(value) <= 4096


HandRule = tuple[frozenset[str] | None, Condition | None, Answer]


class Handwritten:
    """What `worlds.policies_document` says, as closures."""

    def __init__(self, rules: int) -> None:
        self.roles = frozenset(worlds.ROLES)
        regions = {c: name for name, all_ in worlds.COUNTRIES.items() for c in all_}
        self.index: dict[str, tuple[list[HandRule], list[HandRule]]] = {}

        def in_region(subject: Subject, resource: Resource) -> bool:
            return (
                resource.attributes["data_region"]
                == regions[subject.attributes["country"]]
            )

        def employed_in_region(subject: Subject, resource: Resource) -> bool:
            return (
                resource.attributes["data_region"]
                == regions[subject.attributes["country"]]
                and subject.attributes["employment_type"] != "contractor"
            )

        def of_finance(subject: Subject, _resource: Resource) -> bool:
            return subject.attributes["department"] in ("finance", "legal")

        def contractor(subject: Subject, _resource: Resource) -> bool:
            return subject.attributes["employment_type"] == "contractor"

        verbs: tuple[tuple[str, frozenset[str], Condition | None], ...] = (
            ("read", frozenset({"Analyst", "Viewer"}), None),
            ("update", frozenset({"Editor", "CompanyAdmin"}), of_finance),
            ("export", frozenset({"Analyst", "CompanyAdmin"}), employed_in_region),
            ("delete", frozenset({"CompanyAdmin"}), in_region),
        )
        for number in range(max(1, rules // 5)):
            for verb, roles, condition in verbs:
                name = f"r{number}-{verb}"
                answer = Answer(True, ReasonCode.ALLOW_RULE, name)
                self.index[f"type-{number}:{verb}"] = ([], [(roles, condition, answer)])
            answer = Answer(False, ReasonCode.DENY_RULE, f"r{number}-no-delete")
            self.index[f"type-{number}:delete"][0].append((None, contractor, answer))

    def checked(self, request: Request) -> Answer:
        """Return the answer, having checked the input by hand."""
        subject, resource = request.subject, request.resource
        if (
            not subject.roles <= self.roles
            or not is_visible(subject.subject_id)
            or not all(is_visible(subject.attributes.get(n)) for n in SUBJECT_NAMES)
            or request.action.partition(":")[0] != resource.type
            or not is_visible(resource.resource_id)
            or not all(is_visible(resource.attributes.get(n)) for n in RESOURCE_NAMES)
        ):
            return INVALID
        return self(request)

    def reasoned(self, request: Request) -> Decision:
        """Return the answer as a new `Decision`."""
        answer = self(request)
        return Decision(
            Effect.ALLOW if answer.allowed else Effect.DENY,
            answer.code,
            "sha256:",
            "standard",
            answer.rule,
        )

    def __call__(self, request: Request) -> Answer:
        """Return the answer, trusting the input."""
        subject, resource = request.subject, request.resource
        if not request.tenant_id == subject.tenant_id == resource.tenant_id:
            return MISMATCH
        rules = self.index.get(request.action)
        if rules is None:
            return SILENCE
        for effect in rules:
            for roles, condition, answer in effect:
                if roles is not None and roles.isdisjoint(subject.roles):
                    continue
                if condition is None or condition(subject, resource):
                    return answer
        return SILENCE


def measure(rules: int) -> dict[str, float]:
    """Return microseconds a decision, of each form."""
    snapshot = worlds.snapshot(rules=rules)
    requests = worlds.requests(CALLS, rules)
    by_hand = Handwritten(rules)
    refuse_disagreement(requests, by_hand, snapshot)

    def ours() -> None:
        for _ in range(REPEATS):
            for request in requests:
                decide(request, snapshot)

    def ours_new_subjects() -> None:
        for _ in range(REPEATS):
            snapshot.principals.forget()
            for request in requests:
                decide(request, snapshot)

    return timing.microseconds_each(
        {
            "by hand, prepared": repeated(by_hand, requests),
            "by hand, reasoned": repeated(by_hand.reasoned, requests),
            "by hand, checked": repeated(by_hand.checked, requests),
            "decide": ours,
            "decide, subject new": ours_new_subjects,
        },
        calls=CALLS * REPEATS,
    )


def measure_peers(rules: int) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return microseconds a decision of `decide` and each peer, and who is missing.

    They take turns, and each turn of `decide` is about as long as one of a peer.
    """
    snapshot = worlds.snapshot(rules=rules)
    requests = worlds.requests(CALLS, rules)
    found, missing = peers.installed(rules)
    for name, ask in found.items():
        for request in requests:
            if ask(request) is not decide(request, snapshot).allowed:
                raise SystemExit(f"{name} decides otherwise about {request}")

    def ours() -> None:
        for _ in range(REPEATS):
            for request in requests:
                decide(request, snapshot)

    timed = timing.microseconds_each(
        {OWN: ours, **{name: once(ask, requests) for name, ask in found.items()}},
        calls=CALLS,
    )
    return {**timed, OWN: timed[OWN] / REPEATS}, missing


def once(ask: peers.Ask, requests: tuple[Request, ...]) -> Callable[[], None]:
    """Return what asks for all requests once."""

    def run() -> None:
        for request in requests:
            ask(request)

    return run


def repeated(
    answer: Callable[[Request], object], requests: tuple[Request, ...]
) -> Callable[[], None]:
    """Return what asks for all requests, as often as is timed."""

    def run() -> None:
        for _ in range(REPEATS):
            for request in requests:
                answer(request)

    return run


def refuse_disagreement(
    requests: tuple[Request, ...], by_hand: Handwritten, snapshot: Snapshot
) -> None:
    """Stop where the two differ: then they did not do the same work."""
    for request in requests:
        decision = decide(request, snapshot)
        found = Answer(decision.allowed, decision.code, decision.rule_id)
        if not found == by_hand(request) == by_hand.checked(request):
            raise SystemExit(f"{request} gives {found}, by hand {by_hand(request)}")


def main() -> None:
    """Print the table."""
    small, large = measure(20), measure(1_000)
    print(f"{'µs a decision':22}{'20 rules':>10}{'1,000 rules':>13}")
    for name in small:
        print(f"{name:22}{small[name]:10.2f}{large[name]:13.2f}")
    for name in ("prepared", "reasoned", "checked"):
        ratio = small["decide"] / small[f"by hand, {name}"]
        print(f"decide / by hand, {name}: {ratio:.2f}")
    print(f"1,000 rules / 20 rules: {large['decide'] / small['decide']:.2f}")
    print_peers()


def print_peers() -> None:
    """Print the other engines, and how many times what `decide` takes they take."""
    small, missing = measure_peers(20)
    large, _ = measure_peers(1_000)
    print()
    print(f"{'µs a decision':22}{'20 rules':>10}{'x own':>8}", end="")
    print(f"{'1,000 rules':>13}{'x own':>8}")
    for name, few in small.items():
        many = large[name]
        print(f"{name:22}{few:10.2f}{few / small[OWN]:8.1f}", end="")
        print(f"{many:13.2f}{many / large[OWN]:8.1f}")
    for name in missing:
        print(f"{name}: not installed")


if __name__ == "__main__":
    main()
