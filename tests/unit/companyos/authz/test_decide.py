"""The gates of a decision, in their order, and attacks on each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import desired_states as states
from companyos.authz import (
    Decision,
    Effect,
    ReasonCode,
    Request,
    Resource,
    decide,
    decide_lookup,
)
from companyos.digests import JSONValue
from companyos.findings import Place
from companyos.identity.subjects import NotFound, Subject, Unavailable
from companyos.snapshot import Snapshot
from random_rules import RULES, SUBJECTS, Sketch, written

OPEN = states.with_rules(
    states.rule("everybody", roles=["*"], actions=["dataset:export", "dataset:read"])
)
"""A snapshot that allows everybody: whatever it denies fell at an earlier gate."""

ANA = states.subject()
DATASET = Resource("dataset", "d1", "pilot-a", {"data_region": "eu"})
EXPORT = Request("pilot-a", ANA, "dataset:export", DATASET)


def code_of(request: Request, snapshot: Snapshot = OPEN) -> ReasonCode:
    """Return the code of a denial."""
    decision = decide(request, snapshot)
    assert decision.effect is Effect.DENY
    assert decision.reason
    return decision.code


def with_attribute(name: str, value: object) -> Request:
    """Return the request with one attribute of the subject more."""
    attributes = {**ANA.attributes, name: value}
    subject = replace(ANA, attributes=attributes)  # type: ignore[arg-type]  # any value on purpose
    return replace(EXPORT, subject=subject)


def with_resource(**attributes: object) -> Request:
    """Return the request with further attributes of the resource."""
    given: dict[str, object] = {"data_region": "eu", **attributes}
    resource = replace(DATASET, attributes=given)  # type: ignore[arg-type]  # any value on purpose
    return replace(EXPORT, resource=resource)


def test_a_matching_rule_allows_and_says_which_and_where() -> None:
    """An answer names rule, file, line, policy bundle and the policies' digest."""
    assert decide(EXPORT, OPEN) == Decision(
        Effect.ALLOW,
        ReasonCode.ALLOW_RULE,
        OPEN.components["policies"],
        bundle_id="standard",
        rule_id="everybody",
        place=Place("config/policies/standard.yaml", 8),
        reason="why everybody is there",
    )


def test_without_a_rule_the_answer_is_no() -> None:
    """Silence denies."""
    assert code_of(EXPORT, states.with_rules()) is ReasonCode.NO_MATCHING_RULE


def test_one_deny_outweighs_every_allow() -> None:
    """A deny wins, whichever order the rules come in."""
    allow, deny = states.rule("a"), states.rule("z", "deny")
    for rules in ((allow, deny), (deny, allow)):
        assert code_of(EXPORT, states.with_rules(*rules)) is ReasonCode.DENY_RULE


def test_a_bundle_has_the_rules_of_what_it_extends() -> None:
    """A deny of the base holds in the bundle, which the answer names."""
    snapshot = states.snapshot(
        bundles={
            "base": states.bundle(states.rule("freeze", "deny"), abstract=True),
            "standard": states.bundle(states.rule("export"), extends=["base"]),
        }
    )
    decision = decide(EXPORT, snapshot)
    assert (decision.code, decision.rule_id) == (ReasonCode.DENY_RULE, "freeze")
    assert decision.bundle_id == "standard"


def test_unknown_tenants_and_actions_are_denied_by_name() -> None:
    """What the desired state does not know is never allowed."""
    assert code_of(replace(EXPORT, tenant_id="nobody")) is ReasonCode.UNKNOWN_TENANT
    assert code_of(replace(EXPORT, action="dataset:burn")) is ReasonCode.UNKNOWN_ACTION


@pytest.mark.parametrize("wildcard", ["*", "dataset:*", "", "dataset"])
def test_wildcards_in_data_are_names_like_any_other(wildcard: str) -> None:
    """A `*` that arrives as a tenant, an action or a role stands for nothing."""
    assert code_of(replace(EXPORT, tenant_id=wildcard)) is ReasonCode.UNKNOWN_TENANT
    assert code_of(replace(EXPORT, action=wildcard)) is ReasonCode.UNKNOWN_ACTION
    role = replace(ANA, roles=frozenset({wildcard}))
    assert code_of(replace(EXPORT, subject=role)) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize(
    "request_",
    [
        replace(EXPORT, tenant_id="pilot-b"),
        replace(EXPORT, subject=replace(ANA, tenant_id="pilot-b")),
        replace(EXPORT, resource=replace(DATASET, tenant_id="pilot-b")),
        replace(
            EXPORT,
            subject=replace(ANA, tenant_id="pilot-b"),
            resource=replace(DATASET, tenant_id="pilot-b"),
        ),
    ],
    ids=["request", "subject", "resource", "subject and resource"],
)
def test_tenants_that_disagree_are_denied(request_: Request) -> None:
    """Request, subject and resource must be of one tenant, before any rule is asked."""
    assert code_of(request_) is ReasonCode.TENANT_MISMATCH


def test_a_directory_that_answers_for_another_tenant_is_denied() -> None:
    """A subject of another tenant is a mismatch, though its id is the one asked for."""
    other = replace(ANA, tenant_id="pilot-b")
    decision = decide_lookup(
        other,
        OPEN,
        tenant_id="pilot-a",
        subject_id="ana",
        action="dataset:export",
        resource=DATASET,
    )
    assert decision.code is ReasonCode.TENANT_MISMATCH


@pytest.mark.parametrize(
    ("lookup", "code"),
    [
        (ANA, ReasonCode.ALLOW_RULE),
        (replace(ANA, subject_id="eve"), ReasonCode.SUBJECT_UNAVAILABLE),
        (NotFound("pilot-a", "ana"), ReasonCode.SUBJECT_NOT_FOUND),
        (Unavailable("the directory timed out"), ReasonCode.SUBJECT_UNAVAILABLE),
    ],
    ids=["the subject", "somebody else", "not found", "unavailable"],
)
def test_whatever_a_directory_answers_has_a_decision(
    lookup: Subject | NotFound | Unavailable, code: ReasonCode
) -> None:
    """Only the subject that was asked for gets as far as the rules."""
    decision = decide_lookup(
        lookup,
        OPEN,
        tenant_id="pilot-a",
        subject_id="ana",
        action="dataset:export",
        resource=DATASET,
    )
    assert decision.code is code
    assert decision.policy_digest == OPEN.components["policies"]
    assert decision.reason


@pytest.mark.parametrize(
    "role",
    [
        "CompanyAdmin\0",
        "CompanyAdmin\0evil",
        "\u0421ompanyAdmin",
        "companyadmin",
        "COMPANYADMIN",
        "\uff23ompanyAdmin",
        "CompanyAdmin\u200b",
        "\u202eCompanyAdmin",
        "CompanyAdmin\ud800",
        "CompanyAdmin ",
        "",
    ],
    ids=ascii,
)
def test_only_a_declared_role_is_a_role(role: str) -> None:
    """Nothing that looks like a role, or begins like one, is taken for it."""
    subject = replace(ANA, roles=frozenset({role}))
    assert code_of(replace(EXPORT, subject=subject)) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize(
    "roles",
    [
        "NotCompanyAdminX",
        {"CompanyAdmin": False},
        ["CompanyAdmin"],
        None,
        frozenset({None}),
        frozenset({1}),
    ],
    ids=repr,
)
def test_roles_are_a_set_of_roles_and_nothing_else(roles: object) -> None:
    """A text that contains a role, or a mapping that names one, is no set of roles."""
    subject = Subject("pilot-a", "ana", roles, {})  # type: ignore[arg-type]  # the attack
    assert code_of(replace(EXPORT, subject=subject)) is ReasonCode.INVALID_INPUT


HOSTILE_VALUES = [
    None,
    math.nan,
    math.inf,
    1.0,
    b"eu",
    [],
    {"eu": True},
    object(),
    True,
    1,
    "e\0u",
    "eu\n",
    "\ud800",
    "\u200beu",
    "\u202eeu",
    "e" * 5000,
]


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: ascii(value)[:20])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    """Null, NaN, control and invisible characters never reach a condition."""
    assert code_of(with_attribute("department", value)) is ReasonCode.INVALID_INPUT
    assert code_of(with_resource(data_region=value)) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize("value", [True, False, 1.0, "1", 2**63, -(2**63) - 1, None])
def test_an_integer_is_an_integer_of_64_bits(value: object) -> None:
    """A bool is not an int, and an int beyond 64 bits is refused, not rounded."""
    assert code_of(with_attribute("level", value)) is ReasonCode.INVALID_INPUT
    assert code_of(with_resource(rows=value)) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 0])
def test_the_ends_of_64_bits_are_within(value: int) -> None:
    """Both ends of the range are values."""
    assert decide(with_resource(rows=value), OPEN).allowed


@pytest.mark.parametrize("value", [0, 1, "true", "false", "", None])
def test_a_truthy_value_is_not_true(value: object) -> None:
    """The text `false` is true to Python; a boolean attribute takes neither."""
    assert code_of(with_attribute("trusted", value)) is ReasonCode.INVALID_INPUT
    assert code_of(with_resource(legal_hold=value)) is ReasonCode.INVALID_INPUT


def test_true_is_not_one() -> None:
    """A condition that compares a boolean with 1 is not met."""
    is_one = states.equals(["get", states.RESOURCE, "legal_hold"], 1)
    snapshot = states.with_rules(states.rule("odd", when=is_one))
    request = with_resource(legal_hold=True)
    assert code_of(request, snapshot) is ReasonCode.NO_MATCHING_RULE


def test_null_is_not_null() -> None:
    """Two missing regions are not the same region."""
    snapshot = states.with_rules(states.rule("in-region", when=states.IN_REGION))
    nowhere = replace(
        EXPORT,
        subject=replace(ANA, attributes={"country": "BR"}),
        resource=replace(DATASET, attributes={"data_region": None}),
    )
    assert code_of(nowhere, snapshot) is ReasonCode.INVALID_INPUT


def test_a_condition_must_be_true_not_truthy() -> None:
    """A condition whose value is the text `false` does not allow."""
    text: JSONValue = ["get", states.RESOURCE, "data_region"]
    snapshot = states.with_rules(states.rule("odd", when=text))
    decision = decide(with_resource(data_region="false"), snapshot)
    assert (decision.effect, decision.errors) == (Effect.DENY, ("odd",))


def test_a_condition_that_is_not_a_truth_denies_in_a_deny_rule() -> None:
    """The same in a deny rule denies."""
    text: JSONValue = ["get", states.RESOURCE, "data_region"]
    snapshot = states.with_rules(
        states.rule("open"), states.rule("odd", "deny", when=text)
    )
    assert code_of(EXPORT, snapshot) is ReasonCode.DENY_RULE_ERROR


@pytest.mark.parametrize(
    "labels",
    [
        "public",
        {"public": True},
        ["public", None],
        ["public", ["public"]],
        ["pub\0lic"],
        ["x"] * 300,
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_list_of_texts_is_nothing_else(labels: object) -> None:
    """A text is not a list of its characters, nor a mapping one of its keys."""
    assert code_of(with_resource(labels=labels)) is ReasonCode.INVALID_INPUT


def test_an_object_that_contains_itself_is_refused() -> None:
    """Values are checked without following them into the deep."""
    endless: list[object] = []
    endless.append(endless)
    assert code_of(with_resource(labels=endless)) is ReasonCode.INVALID_INPUT
    assert code_of(with_resource(data_region=endless)) is ReasonCode.INVALID_INPUT
    assert code_of(with_attribute("department", endless)) is ReasonCode.INVALID_INPUT


def test_a_required_attribute_must_be_there() -> None:
    """A resource without an attribute its type requires is refused."""
    bare = replace(EXPORT, resource=replace(DATASET, attributes={}))
    assert code_of(bare) is ReasonCode.INVALID_INPUT


def test_a_misspelt_attribute_of_a_resource_is_refused() -> None:
    """Left out, it would blind the rule that is about it."""
    assert code_of(with_resource(legal_hodl=True)) is ReasonCode.INVALID_INPUT
    assert code_of(with_resource(id="d2")) is ReasonCode.INVALID_INPUT
    assert code_of(with_resource(tenant="pilot-b")) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize("own", ["id", "tenant", "type"])
def test_one_rule_of_many_may_look_at_what_every_resource_has(own: str) -> None:
    """It sees it, though the rules beside it look at nothing."""
    told = {"id": "s1", "tenant": "pilot-a", "type": "settings"}
    update = ("settings:update",)
    named = states.equals(["get", states.RESOURCE, own], told[own])
    snapshot = states.with_rules(
        states.rule("everybody", actions=update),
        states.rule("frozen", "deny", actions=update, when=named),
        states.rule("no-sales", "deny", actions=update, when=NOT_SALES),
    )
    settings = Resource("settings", "s1", "pilot-a")
    decision = decide(Request("pilot-a", ANA, *update, settings), snapshot)
    assert (decision.code, decision.rule_id) == (ReasonCode.DENY_RULE, "frozen")


NOT_SALES: JSONValue = states.equals(["get", states.SUBJECT, "id"], "sales")


def test_what_a_directory_knows_beyond_the_catalogue_is_left_out() -> None:
    """A directory serves others as well; no condition can name what is not declared."""
    assert decide(with_attribute("shoe_size", {"left": 42}), OPEN).allowed


def test_attributes_cannot_add_roles_or_a_tenant() -> None:
    """Attributes named like a subject's own fields change neither roles nor tenant."""
    snapshot = states.with_rules(states.rule("admins", roles=["CompanyAdmin"]))
    for name, value in (("roles", "CompanyAdmin"), ("tenant", "pilot-b")):
        request = with_attribute(name, value)
        assert code_of(request, snapshot) is ReasonCode.NO_MATCHING_RULE


def test_a_resource_is_of_the_type_its_action_acts_on() -> None:
    """An action on a dataset does not reach settings."""
    settings = Resource("settings", "s", "pilot-a", {})
    assert code_of(replace(EXPORT, resource=settings)) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize("text", ["", "a\0b", "a\nb", "\ud800", "x" * 257, None, 7])
def test_ids_are_short_visible_texts(text: str) -> None:
    """Neither a subject nor a resource has an id that a log line could not show."""
    subject = replace(EXPORT, subject=replace(ANA, subject_id=text))
    resource = replace(EXPORT, resource=replace(DATASET, resource_id=text))
    assert code_of(subject) is ReasonCode.INVALID_INPUT
    assert code_of(resource) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize("odd", [None, 7, [], {}, b"pilot-a"], ids=repr)
def test_ids_in_a_request_are_texts(odd: str) -> None:
    """Also what cannot be looked up at all gets an answer, not an exception."""
    assert code_of(replace(EXPORT, tenant_id=odd)) is ReasonCode.INVALID_INPUT
    assert code_of(replace(EXPORT, action=odd)) is ReasonCode.INVALID_INPUT
    resource = replace(DATASET, tenant_id=odd)
    assert not decide(replace(EXPORT, resource=resource), OPEN).allowed


def test_a_subject_changed_in_place_is_checked_again() -> None:
    """A directory that reuses its dictionaries cannot leave an old answer behind."""
    snapshot = states.with_rules(states.rule("in-region", when=states.IN_REGION))
    attributes = {"country": "DE"}
    request = replace(EXPORT, subject=replace(ANA, attributes=attributes))
    assert decide(request, snapshot).allowed
    attributes["country"] = "US"
    assert not decide(request, snapshot).allowed
    attributes["country"] = "D\0E"
    assert code_of(request, snapshot) is ReasonCode.INVALID_INPUT


def test_every_decision_says_from_which_policies() -> None:
    """Of two snapshots each decision names its own, so a batch over both is seen."""
    other = states.with_rules(states.rule("another", roles=["*"]))
    digests = {decide(EXPORT, one).policy_digest for one in (OPEN, other)}
    assert digests == {one.components["policies"] for one in (OPEN, other)}
    assert len(digests) == 2


@given(RULES, SUBJECTS, st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_nothing(
    rules: list[Sketch], subject: Subject, random: Random
) -> None:
    """Whichever order rules are written in, effect, code and rule are the same."""
    first = written(rules)
    second = list(first)
    random.shuffle(second)
    request = replace(EXPORT, subject=subject)
    one = decide(request, states.with_rules(*first))
    other = decide(request, states.with_rules(*second))
    assert replace(one, policy_digest="") == replace(other, policy_digest="")


@given(RULES, SUBJECTS)
def test_an_allow_rests_on_a_rule_and_on_no_deny(
    rules: list[Sketch], subject: Subject
) -> None:
    """Every answer has a reason; an allow names an allow rule, of the one tenant."""
    decision = decide(
        replace(EXPORT, subject=subject), states.with_rules(*written(rules))
    )
    assert decision.reason
    assert decision.policy_digest.startswith("sha256:")
    if decision.allowed:
        assert subject.tenant_id == "pilot-a"
        assert rules[int((decision.rule_id or "").removeprefix("r"))][0] == "allow"
        certain = [rule for rule in rules if rule[0] == "deny" and rule[3] is None]
        assert not any(
            role == "*" or role in subject.roles for rule in certain for role in rule[1]
        )


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.text(max_size=12), JUNK, max_size=4), JUNK)
def test_no_input_raises_and_nothing_unknown_is_allowed(
    attributes: Mapping[str, object], value: object
) -> None:
    """Arbitrary attributes are denied or, where they fit, change nothing."""
    admins = states.rule("admins", roles=["CompanyAdmin"], actions=["dataset:export"])
    snapshot = states.with_rules(admins)
    subject = Subject("pilot-a", "ana", frozenset(), attributes)  # type: ignore[arg-type]  # any value on purpose
    resource = Resource("dataset", "d1", "pilot-a", {"data_region": value})  # type: ignore[dict-item]  # any value on purpose
    for request in (
        replace(EXPORT, subject=subject),
        replace(EXPORT, subject=subject, resource=resource),
        Request("pilot-a", subject, value, resource),  # type: ignore[arg-type]  # any value on purpose
        Request(value, subject, "dataset:export", resource),  # type: ignore[arg-type]  # any value on purpose
    ):
        assert not decide(request, snapshot).allowed
