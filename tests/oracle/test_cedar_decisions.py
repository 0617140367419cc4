"""Whole decisions are those of Cedar, but for two differences that are wanted.

Random small worlds are written for us and for Cedar: roles become groups, rules become
`permit` and `forbid`. Where the answers differ, the difference must be one of these:

- a deny rule whose condition has no value denies; Cedar skips it, and so allows;
- in CEL an operand that settles `&&` or `||` wins over an error to its left; in Cedar
  the error wins, and the rule is skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TypeAlias

import pytest

import desired_states as states
from companyos.authz import Decision, ReasonCode, Request, Resource, decide
from companyos.authz.explanation import rules_of
from companyos.conditions import ConditionError, Node, Value, evaluate
from companyos.conditions.tree import And, Or, children
from companyos.digests import JSONObject, JSONValue
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

ENGINE = Path(__file__).with_name("cedar_engine.py")
COMPARISONS = int(os.environ.get("COMPANYOS_FUZZ", "2000"))
REQUESTS = 40
"""How many requests each world gets."""

ROLES = ("Analyst", "CompanyAdmin", "Viewer")
ACTIONS = ("dataset:export", "dataset:read")
COUNTRIES = {"DE": "eu", "FR": "eu", "US": "us", "BR": None}
WORDS = ("finance", "sales", "eu", "us", "")

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        "CI" not in os.environ and find_spec("cedarpy") is None,
        reason="cedarpy is not installed",
    ),
]

Written: TypeAlias = tuple[JSONValue, str]
"""A condition in our wire form and as Cedar."""


class Difference(StrEnum):
    """The two ways in which we mean to differ."""

    DENY_ERROR_DENIES = "a deny rule that cannot be evaluated denies"
    ERROR_ABSORBED = "an operand that settles the answer wins over an error"


@dataclass(frozen=True)
class World:
    """Rules for us and for Cedar, and requests to both."""

    snapshot: Snapshot
    policies: str
    requests: tuple[Request, ...]


def test_decisions_are_those_of_cedar() -> None:
    """Every difference has one of the two reasons, and both do occur."""
    worlds = [grown(seed) for seed in range(max(1, COMPARISONS // REQUESTS))]
    answers = cedar_answers(worlds)
    wrong: list[str] = []
    wanted: Counter[Difference] = Counter()
    allowed = 0
    for world, official in zip(worlds, answers, strict=True):
        for request, cedar in zip(world.requests, official, strict=True):
            decision = decide(request, world.snapshot)
            allowed += decision.allowed
            if decision.allowed is cedar:
                continue
            found = difference(request, decision, world.snapshot)
            if found is None:
                wrong.append(f"{request} gives {decision}, Cedar {cedar}")
            else:
                wanted[found] += 1
    assert wrong == []
    assert wanted.keys() == set(Difference)
    assert 0 < allowed < len(worlds) * REQUESTS


def difference(
    request: Request, decision: Decision, snapshot: Snapshot
) -> Difference | None:
    """Return why our decision may differ from Cedar's, None if it may not."""
    if decision.code is ReasonCode.DENY_RULE_ERROR:
        return Difference.DENY_ERROR_DENIES
    names = variables_of(request, snapshot)
    for rule in rules_of(snapshot.policies, "standard"):
        if rule.when is not None and absorbs(rule.when, names):
            return Difference.ERROR_ABSORBED
    return None


def absorbs(node: Node, names: Mapping[str, Value]) -> bool:
    """Return whether some `&&` or `||` has a value although its left side has none."""
    if isinstance(node, And | Or):
        left, whole = value_of(node.left, names), value_of(node, names)
        if left is None and whole is not None:
            return True
    return any(absorbs(child, names) for child in children(node))


def value_of(node: Node, names: Mapping[str, Value]) -> Value | None:
    """Return the value of a node, None where it has none."""
    try:
        return evaluate(node, names)
    except ConditionError:
        return None


def variables_of(request: Request, snapshot: Snapshot) -> Mapping[str, Value]:
    """Return what conditions see of a request."""
    scope = snapshot.scopes[request.tenant_id]
    principal = snapshot.principals.of(request.subject)
    resource = scope.cells[request.action].resources.read(request.resource)
    assert not isinstance(principal, str)
    assert not isinstance(resource, str)
    return {
        "subject": principal.variables,
        "resource": resource,
        "tenant": scope.variables,
    }


def grown(seed: int) -> World:
    """Return a random world, the same for the same seed."""
    random = Random(seed)  # noqa: S311 - the same worlds on every run
    rules: list[JSONObject] = []
    policies: list[str] = []
    for number in range(random.randint(1, 8)):
        effect = random.choice(["allow", "allow", "deny"])
        roles = random.choice([["*"], ["Analyst"], ["Viewer", "CompanyAdmin"]])
        actions = random.choice([["dataset:export"], ["dataset:read"], list(ACTIONS)])
        written = None if random.random() < 0.2 else condition(random, depth=3)
        when = None if written is None else written[0]
        rules.append(
            states.rule(f"r{number}", effect, roles=roles, actions=actions, when=when)
        )
        policies.append(cedar_policy(effect, roles, actions, written))
    return World(
        states.with_rules(*rules),
        "\n".join(policies),
        tuple(request_of(random) for _ in range(REQUESTS)),
    )


def cedar_policy(
    effect: str, roles: list[str], actions: list[str], written: Written | None
) -> str:
    """Return one rule as Cedar."""
    word = "permit" if effect == "allow" else "forbid"
    listed = ", ".join(f'Action::"{action}"' for action in actions)
    groups = " || ".join(f'principal in Role::"{role}"' for role in roles)
    held = "" if roles == ["*"] else f" when {{ {groups} }}"
    when = "" if written is None else f" when {{ {written[1]} }}"
    return f"{word}(principal, action in [{listed}], resource){held}{when};"


def condition(random: Random, *, depth: int) -> Written:
    """Return a random condition; it need not be guarded against what is missing."""
    kind = random.random()
    if depth > 0 and kind < 0.45:
        sign, cedar = random.choice([("and", "&&"), ("or", "||")])
        left = condition(random, depth=depth - 1)
        right = condition(random, depth=depth - 1)
        return [sign, left[0], right[0]], f"({left[1]} {cedar} {right[1]})"
    if depth > 0 and kind < 0.6:
        inner = condition(random, depth=depth - 1)
        return ["not", inner[0]], f"(!{inner[1]})"
    return random.choice([compared, listed_in, has, counted, flagged, labelled])(random)


def text_path(random: Random) -> Written:
    """Return a text that a request may hold or lack."""
    owner, path = random.choice(
        [
            (states.ATTRIBUTES, "department"),
            (states.ATTRIBUTES, "country"),
            (states.SUBJECT, "region"),
            (states.RESOURCE, "data_region"),
            (states.TENANT, "data_region"),
        ]
    )
    names = {id(states.ATTRIBUTES): "subject.attributes", id(states.SUBJECT): "subject",
             id(states.RESOURCE): "resource", id(states.TENANT): "tenant"}  # fmt: skip
    return ["get", owner, path], f"context.{names[id(owner)]}.{path}"


def compared(random: Random) -> Written:
    """Return a comparison of two texts."""
    left, right = text_path(random), text_path(random)
    if random.random() < 0.6:
        word = random.choice(WORDS)
        right = ["lit", word], json.dumps(word)
    sign = random.choice(["==", "!="])
    return [sign, left[0], right[0]], f"({left[1]} {sign} {right[1]})"


def listed_in(random: Random) -> Written:
    """Return whether a text is one of several."""
    text, words = text_path(random), random.sample(WORDS, 2)
    constants: JSONValue = ["list", [["lit", word] for word in words]]
    return ["in", text[0], constants], f"({json.dumps(words)}.contains({text[1]}))"


def has(random: Random) -> Written:
    """Return whether something is there."""
    name = random.choice(["department", "country", "level", "trusted"])
    return ["has", states.ATTRIBUTES, name], f"(context.subject.attributes has {name})"


def counted(random: Random) -> Written:
    """Return a comparison of a number."""
    sign, number = random.choice(["<", "<=", ">", ">=", "=="]), random.randint(-2, 2)
    rows: JSONValue = ["get", states.RESOURCE, "rows"]
    return [sign, rows, ["lit", number]], f"(context.resource.rows {sign} {number})"


def flagged(_random: Random) -> Written:
    """Return a truth that a resource holds."""
    return ["get", states.RESOURCE, "legal_hold"], "context.resource.legal_hold"


def labelled(random: Random) -> Written:
    """Return whether a list of the resource holds a word."""
    word = random.choice(WORDS)
    labels: JSONValue = ["get", states.RESOURCE, "labels"]
    cedar = f"context.resource.labels.contains({json.dumps(word)})"
    return ["in", ["lit", word], labels], f"({cedar})"


def request_of(random: Random) -> Request:
    """Return a random request that is valid; what is optional may be missing."""
    attributes: dict[str, str] = {}
    if random.random() < 0.8:
        attributes["country"] = random.choice(list(COUNTRIES))
    if random.random() < 0.8:
        attributes["department"] = random.choice(WORDS)
    given: dict[str, JSONValue] = {"data_region": random.choice(["eu", "us"])}
    if random.random() < 0.7:
        given["rows"] = random.randint(-2, 2)
    if random.random() < 0.7:
        given["legal_hold"] = random.random() < 0.5
    if random.random() < 0.7:
        given["labels"] = random.sample(WORDS, random.randint(0, 2))
    roles = frozenset(random.sample(ROLES, random.randint(0, 2)))
    return Request(
        "pilot-a",
        Subject("pilot-a", "asking", roles, attributes),
        random.choice(ACTIONS),
        Resource("dataset", "asked", "pilot-a", given),
    )


def cedar_answers(worlds: list[World]) -> list[list[bool]]:
    """Return what Cedar answers."""
    lines = "".join(json.dumps(cedar_world(world)) + "\n" for world in worlds)
    done = subprocess.run(
        [sys.executable, ENGINE],
        input=lines,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def cedar_world(world: World) -> JSONObject:
    """Return a world as the program takes it."""
    requests: list[JSONValue] = []
    for request in world.requests:
        subject, resource = request.subject, request.resource
        country = subject.attributes.get("country")
        region = COUNTRIES.get(country) if isinstance(country, str) else None
        seen: dict[str, JSONValue] = {"attributes": dict(subject.attributes)}
        if region is not None:
            seen["region"] = region
        parents = [{"type": "Role", "id": role} for role in sorted(subject.roles)]
        entities: JSONValue = [
            {
                "uid": {"type": "Subject", "id": "asking"},
                "attrs": {},
                "parents": parents,
            }
        ]
        requests.append(
            {
                "action": request.action,
                "context": {
                    "subject": seen,
                    "resource": dict(resource.attributes),
                    "tenant": {"data_region": "eu"},
                },
                "entities": entities,
            }
        )
    return {"policies": world.policies, "requests": requests}
