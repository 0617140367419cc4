"""Access gained and lost: against brute force with `decide`, and case by case."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

import pytest

import desired_states as states
from companyos.authz import Decision, ReasonCode, Request, Resource, decide
from companyos.conditions import ConditionError, evaluate, to_text
from companyos.diff.access import access_changes, access_compared
from companyos.diff.model import AccessChange, Decider, Direction
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

ROLES = ("Analyst", "CompanyAdmin", "Viewer")
CATALOG_ROLES: JSONObject = {name: {"inherits": []} for name in ROLES}
AND_AUDITOR: JSONObject = {**CATALOG_ROLES, "Auditor": {"inherits": []}}
TENANTS = ("pilot-a", "pilot-b")
ACTION = "dataset:export"

COUNTRIES: Sequence[str | None] = (None, "DE", "FR", "US", "XX")
DEPARTMENTS: Sequence[str | None] = (None, "finance", "legal", "legal-ops", "hr")
LEVELS: Sequence[int | None] = (None, 1, 2, 3, 4)
REGIONS = ("eu", "us", "moon")
LABELS: Sequence[tuple[str, ...] | None] = (None, (), ("pii",), ("pii", "legal"))
HOLDS: Sequence[bool | None] = (None, False, True)

LEVEL: JSONValue = ["get", states.ATTRIBUTES, "level"]
LABELLED: JSONValue = ["get", states.RESOURCE, "labels"]
LABELS_HELD: JSONValue = ["call", "size", [LABELLED]]
HELD: JSONValue = ["get", states.RESOURCE, "legal_hold"]
DATA_REGION: JSONValue = ["get", states.RESOURCE, "data_region"]
HAS_DEPARTMENT: JSONValue = ["has", states.ATTRIBUTES, "department"]


def has_and(table: JSONValue, name: str, condition: JSONValue) -> JSONValue:
    """Return a guarded condition."""
    return ["and", ["has", table, name], condition]


def listed(*texts: str) -> JSONValue:
    """Return a list of constants."""
    return ["list", [["lit", text] for text in texts]]


ATOMS: Sequence[JSONValue] = (
    states.IN_REGION,
    ["!=", DATA_REGION, ["get", states.SUBJECT, "region"]],
    ["==", DATA_REGION, ["get", states.TENANT, "data_region"]],
    states.equals(DATA_REGION, "us"),
    ["in", states.DEPARTMENT, listed("finance", "legal")],  # an error where absent
    has_and(states.ATTRIBUTES, "department", states.equals(states.DEPARTMENT, "hr")),
    has_and(
        states.ATTRIBUTES,
        "department",
        ["call", "startsWith", [states.DEPARTMENT, ["lit", "legal"]]],
    ),
    has_and(
        states.ATTRIBUTES,
        "department",
        ["call", "contains", [states.DEPARTMENT, ["lit", "-"]]],
    ),
    has_and(states.ATTRIBUTES, "level", [">=", LEVEL, ["lit", 3]]),
    has_and(states.ATTRIBUTES, "level", ["==", LEVEL, ["lit", 2]]),
    has_and(states.RESOURCE, "labels", ["in", ["lit", "pii"], LABELLED]),
    ["and", HAS_DEPARTMENT, has_and(
        states.RESOURCE, "labels", ["in", states.DEPARTMENT, LABELLED])],
    has_and(states.RESOURCE, "labels", ["==", LABELS_HELD, ["lit", 2]]),
    has_and(states.RESOURCE, "legal_hold", HELD),
    states.equals(["get", states.TENANT, "id"], "pilot-a"),
    states.equals(["get", states.ATTRIBUTES, "country"], "FR"),
)  # fmt: skip
ONE_ROLE: JSONValue = [
    "==", ["call", "size", [["get", states.SUBJECT, "roles"]]], ["lit", 1],
]  # fmt: skip
READS_ROLES: JSONValue = ["in", ["lit", "Viewer"], ["get", states.SUBJECT, "roles"]]


def some_condition(pick: random.Random, atoms: Sequence[JSONValue]) -> JSONValue:
    """Return a condition of one to three atoms, or none."""
    shape = pick.randrange(6)
    one, two, three = (pick.choice(atoms) for _ in range(3))
    if shape == 0:
        return None
    if shape == 1:
        return ["not", one]
    if shape == 2:
        return ["and", one, ["or", two, three]]
    if shape == 3:
        return ["if", one, two, three]
    return ["or", one, two] if shape == 4 else one


def some_rules(pick: random.Random, atoms: Sequence[JSONValue]) -> list[JSONObject]:
    """Return a few rules about one action."""
    return [
        states.rule(
            f"r{number}",
            pick.choice(("allow", "allow", "deny")),
            roles=pick.choice((*((role,) for role in ROLES), ROLES[:2], ("*",))),
            when=some_condition(pick, atoms),
        )
        for number in range(pick.randint(1, 4))
    ]


def edited(
    rules: list[JSONObject], pick: random.Random, atoms: Sequence[JSONValue]
) -> list[JSONObject]:
    """Return the rules after one or two small changes."""
    found = list(rules)
    for number in range(pick.randint(1, 2)):
        at = pick.randrange(len(found)) if found else 0
        how = pick.randrange(4)
        if how == 0 or not found:
            new = some_rules(pick, atoms)[0]
            found.append({**new, "id": f"new{number}"})
        elif how == 1:
            del found[at]
        elif how == 2:
            found[at] = {**found[at], "when": some_condition(pick, atoms)}
        else:
            found[at] = {**found[at], "roles": [pick.choice(ROLES)]}
    return found


def everybody(
    pick: random.Random, declared: Sequence[str]
) -> Iterator[tuple[str, Subject, Resource]]:
    """Yield subjects and resources of all kinds, with every set of roles."""
    people = list(product(COUNTRIES, DEPARTMENTS, LEVELS))
    things = list(product(REGIONS, LABELS, HOLDS))
    sizes = range(len(declared) + 1)
    held = [each for size in sizes for each in combinations(declared, size)]
    for tenant in TENANTS:
        for roles in held:
            for country, department, level in pick.sample(people, 7):
                given = {"country": country, "department": department, "level": level}
                attributes = {k: v for k, v in given.items() if v is not None}
                subject = Subject(tenant, "ana", frozenset(roles), attributes)
                for region, labels, hold in pick.sample(things, 3):
                    told: dict[str, JSONValue] = {"data_region": region}
                    if labels is not None:
                        told["labels"] = list(labels)
                    if hold is not None:
                        told["legal_hold"] = hold
                    yield tenant, subject, Resource("dataset", "d", tenant, told)


def known_to(snapshot: Snapshot, subject: Subject) -> Subject:
    """Return the subject without the roles that a state does not declare."""
    declared = frozenset(snapshot.policies.catalog.roles)
    return replace(subject, roles=subject.roles & declared)


def holds(
    change: AccessChange, snapshot: Snapshot, subject: Subject, thing: Resource
) -> bool:
    """Return whether a change says that it is about this request."""
    assert change.when is not None, "no condition was given"
    principal = snapshot.principals.of(known_to(snapshot, subject))
    assert not isinstance(principal, str), principal
    resource = {
        "type": thing.type, "id": thing.resource_id, "tenant": thing.tenant_id,
        **thing.attributes,
    }  # fmt: skip
    try:
        return (
            evaluate(
                change.when,
                {
                    "subject": principal.variables,
                    "resource": resource,  # type: ignore[dict-item]  # JSON as conditions see it
                    "tenant": snapshot.tenant_variables[subject.tenant_id],
                },
            )
            is True
        )
    except ConditionError:
        return False


def disagreement(
    before: Snapshot,
    after: Snapshot,
    pick: random.Random,
    *,
    reads_roles: bool = False,
) -> str:
    """Return the first request about which the diff is wrong, if there is one."""
    changes = access_changes(before, after)
    both = [frozenset(each.policies.catalog.roles) for each in (before, after)]
    for tenant, subject, thing in everybody(pick, sorted(both[0] | both[1])):
        one, other = (
            decide(Request(tenant, known_to(side, subject), ACTION, thing), side)
            for side in (before, after)
        )
        if not changes and one.allowed is other.allowed:
            continue
        held = tuple(sorted(subject.roles))
        fitting = [
            change
            for change in changes
            if tenant in change.tenants and holds(change, after, subject, thing)
        ]
        for direction, really in (
            (Direction.GAINED, other.allowed and not one.allowed),
            (Direction.LOST, one.allowed and not other.allowed),
        ):
            own = [c for c in fitting if c.direction is direction]
            exactly = [c for c in own if held in c.holders]
            within = [
                c for c in own if any(set(each) <= set(held) for each in c.holders)
            ]
            told = bool(exactly) if len(held) < 2 else bool(within)
            if (really and not told) or (exactly and not really):
                return f"{direction} {really} {told} {held} {subject} {thing}"
            if exactly and not any(
                (c.before.rule_id, c.after.rule_id, c.before.code, c.after.code)
                == (one.rule_id, other.rule_id, one.code, other.code)
                for c in exactly
            ):
                return f"deciders {one} {other} {exactly}"
            shared = replace(subject, roles=subject.roles & both[0] & both[1])
            plain = [
                decide(Request(tenant, shared, ACTION, thing), side)
                for side in (before, after)
            ]
            marks = (
                bool(subject.roles - both[0])
                and (reads_roles or told_by(plain[1]) != told_by(other)),
                bool(subject.roles - both[1])
                and (reads_roles or told_by(plain[0]) != told_by(one)),
            )
            if exactly and not any(
                (c.before.lacks_role, c.after.lacks_role) == marks for c in exactly
            ):
                return f"marks {marks} {held} {exactly}"
    return ""


def told_by(decision: Decision) -> tuple[str, str | None]:
    """Return why a decision is what it is."""
    return decision.code, decision.rule_id


def is_exact(before: Snapshot, after: Snapshot) -> bool:
    """Return whether everything is proved, and put into words."""
    changes, doubts = access_compared(before, after)
    return not doubts and all(change.when is not None for change in changes)


PARTS = [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, 8))]


@pytest.mark.parametrize("part", PARTS)
def test_the_answer_is_that_of_asking_about_everybody(part: int) -> None:
    """On 200 pairs of small policies the diff agrees with `decide` on every request."""
    pick = random.Random(part)  # noqa: S311 - the same cases on every run
    compared = 0
    while compared < 25:
        few = pick.sample(ATOMS, 5)
        rules = some_rules(pick, few)
        before = states.with_rules(*rules)
        after = states.with_rules(*edited(rules, pick, few))
        if is_exact(before, after):
            assert disagreement(before, after, pick) == ""
            compared += 1


@pytest.mark.parametrize("part", PARTS)
def test_roles_that_come_and_go_are_left_out_where_they_are_not(part: int) -> None:
    """Who has such a role is compared with the same other roles, as `decide` has it."""
    pick = random.Random(1000 + part)  # noqa: S311 - as above
    compared = 0
    while compared < 12:
        few = pick.sample(ATOMS, 4)
        rules = some_rules(pick, few)
        before, after = (
            with_roles(each, pick)
            for each in (
                rules,
                edited(rules, pick, few) if pick.random() < 0.7 else rules,
            )
        )
        if is_exact(before, after):
            assert disagreement(before, after, pick) == ""
            compared += 1


def test_conditions_see_the_roles_that_each_side_declares() -> None:
    """A condition about roles is asked with those that come and go, where they are."""
    pick = random.Random(5)  # noqa: S311 - as above
    compared = 0
    while compared < 10:
        atoms = (READS_ROLES, ONE_ROLE)
        rules = [
            states.rule("a", roles=("*",), when=some_condition(pick, (ONE_ROLE,))),
            *some_rules(pick, atoms),
        ]
        before, after = with_roles(rules, pick), with_roles(rules, pick)
        if is_exact(before, after):
            assert disagreement(before, after, pick, reads_roles=True) == ""
            compared += 1


def with_roles(rules: Sequence[JSONObject], pick: random.Random) -> Snapshot:
    """Return a state with some roles more, which some of the rules mention."""
    extra = pick.sample(("Auditor", "Guest", "Partner"), pick.randint(0, 2))
    declared = {**CATALOG_ROLES, **{name: {"inherits": []} for name in extra}}
    mentioned = [
        {**rule, "roles": [*held, *pick.sample(extra, pick.randint(0, len(extra)))]}
        if isinstance(held := rule["roles"], list) and held != ["*"]
        else rule
        for rule in rules
    ]
    return with_catalog_roles(declared, *mentioned)


def with_catalog_roles(roles: JSONObject, *rules: JSONValue) -> Snapshot:
    """Return a state with these roles, and rules in the bundle of both tenants."""
    return Snapshot.load(
        tenants=canonical_json(states.tenants_document()),
        policies=canonical_json(
            states.policies_document(
                {"standard": states.bundle(*rules)},
                catalog={**states.CATALOG, "roles": roles},
            )
        ),
        flags=canonical_json(states.flags_document()),
    )


def test_conditions_that_read_roles_are_asked_with_every_set_of_roles() -> None:
    """`"Viewer" in subject.roles` concerns exactly the sets that hold it."""
    pick = random.Random(3)  # noqa: S311 - as above
    compared = 0
    while compared < 15:
        atoms = (READS_ROLES, *pick.sample(ATOMS[:4], 2))
        rules = some_rules(pick, atoms)
        before = states.with_rules(*rules)
        after = states.with_rules(*edited(rules, pick, atoms))
        if is_exact(before, after):
            assert disagreement(before, after, pick) == ""
            compared += 1


def words(changes: Sequence[AccessChange]) -> list[tuple[str, JSONValue, str]]:
    """Return direction, holders and condition of each change."""
    return [
        (
            str(c.direction),
            ["+".join(each) for each in c.holders],
            to_text(c.when) if c.when is not None else "",
        )
        for c in changes
    ]


def test_a_dropped_condition_gives_access_to_those_it_kept_out() -> None:
    """Without the region rule, people elsewhere and of no region gain the export."""
    before = states.with_rules(states.rule("a", when=states.IN_REGION))
    after = states.with_rules(states.rule("a"))
    assert words(access_changes(before, after)) == [
        (
            "gained",
            ["Analyst"],
            "!has(subject.region) || resource.data_region != subject.region",
        )
    ]


def test_a_deny_of_one_role_takes_away_from_those_who_hold_two() -> None:
    """An analyst keeps the export; an analyst who is a viewer as well loses it."""
    before = states.with_rules(states.rule("a"))
    after = states.with_rules(
        states.rule("a"), states.rule("b", "deny", roles=("Viewer",))
    )
    assert words(access_changes(before, after)) == [
        ("lost", ["Analyst+Viewer"], "true")
    ]


def test_a_moved_line_and_another_id_are_no_change() -> None:
    """Where a rule stands and how it is called concern nobody."""
    before = states.with_rules(states.rule("a", when=states.IN_REGION))
    after = states.with_rules(
        {**states.rule("z", when=states.IN_REGION), "line": 99, "reason": "another"}
    )
    assert access_changes(before, after) == ()


def test_only_the_tenants_whose_region_a_condition_meets_are_named() -> None:
    """A new allow for tenants in `us` is gained by pilot-b alone."""
    region: JSONValue = ["get", states.TENANT, "data_region"]
    before = states.with_rules()
    after = states.with_rules(states.rule("a", when=states.equals(region, "us")))
    (change,) = access_changes(before, after)
    assert change.tenants == ("pilot-b",)


def test_where_nothing_is_found_it_is_said_that_it_is_not_proved() -> None:
    """One size held against another is more than the classes can tell apart."""
    sizes: list[JSONValue] = [
        ["call", "size", [["get", states.ATTRIBUTES, name]]]
        for name in ("department", "employment_type")
    ]
    rule = states.rule("a", when=["<", *sizes])
    _, doubts = access_compared(states.with_rules(), states.with_rules(rule))
    assert doubts == ("dataset:export: one `size` is held against another",)
    assert access_compared(states.with_rules(rule), states.with_rules(rule)) == ((), ())


def test_a_tenants_own_value_is_told_as_such() -> None:
    """Held against `tenant.id` no tenant's id is written down: it is true of all."""
    own: JSONValue = ["==", DATA_REGION, ["get", states.TENANT, "id"]]
    (change,) = access_changes(
        states.with_rules(), states.with_rules(states.rule("a", when=own))
    )
    assert change.tenants == TENANTS
    assert words([change]) == [
        ("gained", ["Analyst"], "resource.data_region == tenant.id")
    ]


def test_a_tenant_that_moves_to_another_region_moves_its_people() -> None:
    """What follows the tenant's region is lost in the old one, gained in the new."""
    own: JSONValue = ["==", DATA_REGION, ["get", states.TENANT, "data_region"]]
    bundles = {"standard": states.bundle(states.rule("a", when=own))}
    before = states.snapshot(bundles=bundles)
    after = states.snapshot(
        bundles=bundles,
        tenants={
            "pilot-a": states.tenant(region="us"),
            "pilot-b": states.tenant(region="us"),
        },
    )
    found = access_changes(before, after)
    assert {change.tenants for change in found} == {("pilot-a",)}
    assert words(found) == [
        ("gained", ["Analyst"], 'resource.data_region == "us"'),
        ("lost", ["Analyst"], 'resource.data_region == "eu"'),
    ]


def test_a_country_that_changes_its_region_moves_its_people() -> None:
    """When France leaves `eu` for `us`, its people gain one and lose the other."""
    rules = states.bundle(states.rule("a", when=states.IN_REGION))

    def loaded(regions: Mapping[str, JSONValue]) -> Snapshot:
        tenants = {**states.tenants_document(), "regions": regions}
        return Snapshot.load(
            tenants=canonical_json(tenants),
            policies=canonical_json(states.policies_document({"standard": rules})),
            flags=canonical_json(states.flags_document()),
        )

    before = loaded({"eu": {"countries": ["DE", "FR"]}, "us": {"countries": ["US"]}})
    after = loaded({"eu": {"countries": ["DE"]}, "us": {"countries": ["FR", "US"]}})
    found = access_changes(before, after)
    assert {change.direction for change in found} == {Direction.GAINED, Direction.LOST}
    for change in found:
        assert change.when is not None
        assert 'subject.attributes.country in ["FR"]' in to_text(change.when)


def test_a_role_nobody_declared_before_starts_with_nothing() -> None:
    """Whoever gets the new role gains what it may do; nobody else does."""
    before = with_catalog_roles(CATALOG_ROLES, states.rule("a"))
    rule = states.rule("a", roles=("Analyst", "Auditor"))
    (change,) = access_changes(before, with_catalog_roles(AND_AUDITOR, rule))
    assert words([change]) == [("gained", ["Auditor"], "true")]
    assert change.before == Decider(ReasonCode.NO_MATCHING_RULE, lacks_role=True)
    assert not change.after.lacks_role


def test_a_role_that_goes_takes_with_it_what_it_allowed() -> None:
    """Whoever had the role alone loses what it allowed; an analyst with it keeps it."""
    before = with_catalog_roles(
        AND_AUDITOR, states.rule("a", roles=("Analyst", "Auditor"))
    )
    after = with_catalog_roles(CATALOG_ROLES, states.rule("a"))
    (change,) = access_changes(before, after)
    assert words([change]) == [("lost", ["Auditor"], "true")]
    assert change.after == Decider(ReasonCode.NO_MATCHING_RULE, lacks_role=True)
    assert not change.before.lacks_role


def test_a_denied_role_that_is_new_takes_from_those_who_get_it() -> None:
    """An analyst who becomes an auditor, whom a rule denies, loses the export."""
    rules = (states.rule("a"), states.rule("b", "deny", roles=("Auditor",)))
    before = with_catalog_roles(CATALOG_ROLES, rules[0])
    (change,) = access_changes(before, with_catalog_roles(AND_AUDITOR, *rules))
    assert words([change]) == [("lost", ["Analyst+Auditor"], "true")]
    assert change.before.lacks_role


@pytest.mark.parametrize("when", [None, states.IN_REGION])
def test_a_role_that_no_rule_mentions_changes_nothing(when: JSONValue) -> None:
    """New or gone, it gives nothing and takes nothing, also beside a rule for all."""
    rules = (states.rule("a", when=when), states.rule("b", roles=("*",), when=when))
    one = with_catalog_roles(CATALOG_ROLES, *rules)
    other = with_catalog_roles(AND_AUDITOR, *rules)
    assert access_changes(one, other) == ()
    assert access_changes(other, one) == ()


def test_a_condition_sees_a_role_only_where_it_is_declared() -> None:
    """What is for who has exactly one role goes by the roles that there are."""
    rule = states.rule("a", roles=("*",), when=ONE_ROLE)
    one = with_catalog_roles({"Viewer": {"inherits": []}}, rule)
    other = with_catalog_roles(
        {"Auditor": {"inherits": []}, "Viewer": {"inherits": []}}, rule
    )
    found = access_changes(one, other)
    assert words(found) == [
        ("gained", ["Auditor"], "true"),
        ("lost", ["Auditor+Viewer"], "true"),
    ]
    assert all(change.before.lacks_role for change in found)


def test_a_new_role_beside_a_rule_for_all_is_nothing_by_itself() -> None:
    """Where everybody gains, so does who has the new role, and not because of it."""
    rule = states.rule("b", roles=("*",))
    found = access_changes(
        with_catalog_roles(CATALOG_ROLES), with_catalog_roles(AND_AUDITOR, rule)
    )
    everybody_alone = ["", "Analyst", "Auditor", "CompanyAdmin", "Viewer"]
    assert words(found) == [("gained", everybody_alone, "true")]
    assert not found[0].before.lacks_role


def test_a_tenant_named_like_its_stage_is_no_other_tenant() -> None:
    """Where conditions ask about the tenant's own values, that one is apart."""
    is_own_name: JSONValue = [
        "==", ["get", states.TENANT, "id"], ["get", states.TENANT, "env"],
    ]  # fmt: skip
    tenants = {name: states.tenant() for name in ("a-first", "pilot")}
    before, after = (
        states.snapshot(
            tenants=tenants,
            bundles={"standard": states.bundle(states.rule("r", when=w))},
        )
        for w in (None, is_own_name)
    )
    (change,) = access_changes(before, after)
    assert (change.direction, change.tenants) == (Direction.LOST, ("a-first",))
