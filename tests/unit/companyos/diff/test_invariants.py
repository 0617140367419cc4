"""Invariants: a counterexample where there is one, and none where there is none."""

from __future__ import annotations

import random
from itertools import product

import pytest

import desired_states as states
from companyos.authz import Request, Resource, decide
from companyos.conditions import from_wire
from companyos.diff.invariants import Counterexample, Form, Invariant, counterexamples
from companyos.digests import JSONValue
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

ACTION = "dataset:export"
ROLES = ("Analyst", "CompanyAdmin", "Viewer")
ABROAD: JSONValue = [
    "!=", ["get", states.RESOURCE, "data_region"], ["get", states.SUBJECT, "region"],
]  # fmt: skip
FINANCE: JSONValue = [
    "and", ["has", states.ATTRIBUTES, "department"],
    states.equals(states.DEPARTMENT, "finance"),
]  # fmt: skip
REGIONS = {"DE": "eu", "FR": "eu", "US": "us", "XX": None}


def found(
    snapshot: Snapshot,
    form: Form,
    *roles: str,
    when: JSONValue = None,
    tenants: frozenset[str] | None = None,
) -> list[Counterexample]:
    """Return what breaks one invariant about the export."""
    node = None if when is None else from_wire(when)
    invariant = Invariant("i", form, frozenset(roles), (ACTION,), tenants, node)
    return list(counterexamples([invariant], snapshot))


def allowed(snapshot: Snapshot, roles: tuple[str, ...], **told: str) -> bool:
    """Return whether somebody in pilot-a with these roles may export."""
    attributes = {k: v for k, v in told.items() if k != "data_region"}
    subject = Subject("pilot-a", "ana", frozenset(roles), attributes)
    thing = Resource("dataset", "d", "pilot-a", {"data_region": told["data_region"]})
    return decide(Request("pilot-a", subject, ACTION, thing), snapshot).allowed


def cases() -> list[dict[str, str]]:
    """Return every kind of subject and resource that these tests tell apart."""
    rows = product(REGIONS, ("finance", "hr"), ("eu", "us", "moon"))
    names = ("country", "department", "data_region")
    return [dict(zip(names, row, strict=True)) for row in rows]


def is_abroad(case: dict[str, str]) -> bool:
    """Return whether the subject has a region and the data lies in another."""
    region = REGIONS[case["country"]]
    return region is not None and region != case["data_region"]


def test_a_role_that_may_not_is_a_counterexample_with_its_rule() -> None:
    """The rule that allows it is named, with its place."""
    snapshot = states.with_rules(
        states.rule("a", roles=("Analyst", "CompanyAdmin")),
    )
    one, other = found(snapshot, Form.ONLY, "CompanyAdmin")
    assert (one.tenant_id, other.tenant_id) == ("pilot-a", "pilot-b")
    assert one.holder == ("Analyst",)
    assert one.decider is not None
    assert one.decider.rule_id == "a"


def test_a_rule_for_everybody_breaks_an_invariant_for_few() -> None:
    """Somebody without any role is a counterexample as well."""
    snapshot = states.with_rules(states.rule("a", roles=("*",)))
    assert found(snapshot, Form.ONLY, *ROLES)[0].holder == ()


def test_nobody_exports_abroad_where_the_region_must_agree() -> None:
    """The region rule proves the invariant; without it there is a counterexample."""
    kept = states.with_rules(states.rule("a", when=states.IN_REGION))
    open_ = states.with_rules(states.rule("a"))
    assert found(kept, Form.NEVER, when=ABROAD) == []
    (one, *_) = found(open_, Form.NEVER, when=ABROAD)
    assert one.example is not None
    country = str(one.example["subject.attributes.country"])
    told = {"country": country, "data_region": str(one.example["resource.data_region"])}
    assert is_abroad(told)
    assert allowed(open_, ("Analyst",), **told)


def test_only_the_tenants_that_are_named_are_looked_at() -> None:
    """What another tenant does breaks nothing."""
    snapshot = states.with_rules(states.rule("a"))
    (one,) = found(snapshot, Form.NEVER, tenants=frozenset({"pilot-b"}))
    assert one.tenant_id == "pilot-b"


def test_an_admin_who_is_denied_everywhere_is_not_reachable() -> None:
    """One case is enough to be reachable, and none is not."""
    rule = states.rule("a", roles=("CompanyAdmin",), when=FINANCE)
    denied = states.rule("b", "deny", roles=("*",))
    assert found(states.with_rules(rule), Form.REACHABLE, "CompanyAdmin") == []
    assert found(states.with_rules(rule, denied), Form.REACHABLE, "CompanyAdmin")


def test_always_means_in_every_case() -> None:
    """An allow for one department is not always; for everybody it is."""
    narrow = states.with_rules(states.rule("a", when=FINANCE))
    wide = states.with_rules(states.rule("a"))
    assert found(narrow, Form.ALWAYS, "Analyst")
    assert found(narrow, Form.ALWAYS, "Analyst", when=FINANCE) == []
    assert found(wide, Form.ALWAYS, "Analyst") == []


def test_what_cannot_be_proved_is_not_taken_for_proved() -> None:
    """One attribute held against the beginning of another is beyond the classes."""
    parts: JSONValue = [
        "call", "startsWith", [["get", states.RESOURCE, "id"],
        ["get", states.SUBJECT, "id"]],
    ]  # fmt: skip
    never: JSONValue = ["and", parts, ["not", parts]]
    snapshot = states.with_rules(states.rule("a", when=never))
    assert found(snapshot, Form.NEVER)[0].doubt


@pytest.mark.parametrize("seed", range(6))
def test_the_answer_is_that_of_asking_about_everybody(seed: int) -> None:
    """On 60 small policies each form agrees with `decide` in every case."""
    pick = random.Random(seed)  # noqa: S311 - the same cases on every run
    for _ in range(10):
        snapshot = states.with_rules(
            *(
                states.rule(
                    f"r{number}",
                    pick.choice(("allow", "deny")),
                    roles=(pick.choice((*ROLES, "*")),),
                    when=pick.choice((None, states.IN_REGION, ABROAD, FINANCE)),
                )
                for number in range(3)
            )
        )
        some = tenants = frozenset({"pilot-a"})
        rows = cases()
        abroad = [case for case in rows if is_abroad(case)]
        alone = [(role,) for role in ROLES]
        expected = {
            Form.ONLY: any(
                allowed(snapshot, held, **case)
                for held in ((), *alone[:1], *alone[2:], ("Analyst", "Viewer"))
                for case in rows
            ),
            Form.NEVER: any(
                allowed(snapshot, held, **case)
                for held in ((), *alone, ROLES)
                for case in abroad
            ),
            Form.ALWAYS: not all(allowed(snapshot, ("Viewer",), **c) for c in rows),
            Form.REACHABLE: not any(allowed(snapshot, ("Viewer",), **c) for c in rows),
        }
        broken = {
            Form.ONLY: found(snapshot, Form.ONLY, "CompanyAdmin", tenants=tenants),
            Form.NEVER: found(snapshot, Form.NEVER, when=ABROAD, tenants=some),
            Form.ALWAYS: found(snapshot, Form.ALWAYS, "Viewer", tenants=tenants),
            Form.REACHABLE: found(snapshot, Form.REACHABLE, "Viewer", tenants=tenants),
        }
        # An absent department, which the cases leave out, can only break `always`.
        got = {form: bool(each) for form, each in broken.items()}
        if got[Form.ALWAYS] and not expected[Form.ALWAYS]:
            example = broken[Form.ALWAYS][0].example
            assert example is not None
            assert None in example.values()
            expected[Form.ALWAYS] = True
        assert got == expected


TENANT_ID: JSONValue = ["get", states.TENANT, "id"]
TELLING: tuple[JSONValue, ...] = (
    states.IN_REGION, ABROAD, FINANCE,
    states.equals(TENANT_ID, "t-3"),
    ["!=", TENANT_ID, ["lit", "t-1"]],
    ["==", TENANT_ID, ["get", states.TENANT, "env"]],
    ["==", TENANT_ID, ["get", states.SUBJECT, "region"]],
    ["==", TENANT_ID, ["get", states.RESOURCE, "type"]],
    ["==", ["get", states.RESOURCE, "data_region"], TENANT_ID],
    ["in", TENANT_ID, ["get", states.SUBJECT, "roles"]],
    ["and", ["has", states.ATTRIBUTES, "department"],
     ["==", states.DEPARTMENT, TENANT_ID]],
    ["call", "startsWith", [TENANT_ID, ["lit", "t-"]]],
    ["<", TENANT_ID, ["lit", "p"]],
    ["==", ["get", states.SUBJECT, "tenant"], ["get", states.RESOURCE, "tenant"]],
)  # fmt: skip
"""Conditions that tell tenants apart, or might."""

NAMED = ("pilot", "eu", "dataset", "t-1", "t-2", "t-3", "t-4", "zoo", "somebody")


def many_tenants(pick: random.Random) -> Snapshot:
    """Return a state with tenants of telling names under two policy bundles."""
    rules = {
        name: states.bundle(
            *(
                states.rule(
                    f"{name}-{number}",
                    pick.choice(("allow", "allow", "deny")),
                    roles=(pick.choice((*ROLES, "*")),),
                    when=pick.choice((None, *TELLING)),
                )
                for number in range(2)
            )
        )
        for name in ("one", "two")
    }
    tenants = {
        name: {
            **states.tenant(
                bundle=pick.choice(("one", "two")), region=pick.choice(("eu", "us"))
            ),
            "env": pick.choice(("pilot", "dev")),
        }
        for name in NAMED
    }
    return states.snapshot(tenants=tenants, bundles=rules)


@pytest.mark.parametrize("seed", range(4))
def test_one_tenant_of_a_class_speaks_for_all_of_it(seed: int) -> None:
    """Proving tenants together finds what proving each by itself finds."""
    pick = random.Random(seed)  # noqa: S311 - the same cases on every run
    shared = 0
    for _ in range(6):
        snapshot = many_tenants(pick)
        when = pick.choice((None, *TELLING))
        for form, roles in (
            (Form.ONLY, ("CompanyAdmin",)),
            (Form.NEVER, ()),
            (Form.ALWAYS, ("Viewer",)),
            (Form.REACHABLE, ("Viewer",)),
        ):
            together = found(snapshot, form, *roles, when=when)
            alone = [
                each
                for name in sorted(NAMED)
                for each in found(
                    snapshot, form, *roles, when=when, tenants=frozenset({name})
                )
            ]
            assert together[:1] == alone[:1]
            assert [told(each) for each in together] == [told(each) for each in alone]
            shared += len(alone) > 1
    assert shared > 4


@pytest.mark.parametrize("condition", TELLING)
def test_a_name_that_a_condition_could_meet_is_no_name_like_others(
    condition: JSONValue,
) -> None:
    """Ids that are constants, stages, regions or roles are proved by themselves."""
    tenants: dict[str, JSONValue] = {
        name: {**states.tenant(region="us"), "env": "pilot"} for name in ("a", *NAMED)
    }
    rules = states.bundle(states.rule("r", roles=("*",), when=condition))
    snapshot = states.snapshot(tenants=tenants, bundles={"standard": rules})
    for form in (Form.NEVER, Form.ALWAYS):
        alone = [
            told(each)
            for name in sorted(tenants)
            for each in found(snapshot, form, *ONE[form], tenants=frozenset({name}))
        ]
        assert [told(each) for each in found(snapshot, form, *ONE[form])] == alone


ONE: dict[Form, tuple[str, ...]] = {Form.NEVER: (), Form.ALWAYS: ("Viewer",)}


def told(broken: Counterexample) -> tuple[str, str, str]:
    """Return what of a counterexample every tenant of its class shares."""
    return broken.tenant_id, broken.action, broken.doubt
