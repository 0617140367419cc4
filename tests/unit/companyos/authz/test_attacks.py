"""Attacks on decisions, one test each; what was seen elsewhere must not work here.

| # | attack | test |
|--:|---|---|
| 1 | the header disagrees with the token | test_service_attacks: test_attack_01 |
| 2 | two tenant headers, or two tenants in one | test_service_attacks: test_attack_02 |
| 3 | the directory answers about somebody else | test_attack_03 |
| 4 | the directory is down | test_attack_04; identity/test_cache for old answers |
| 5 | a NUL character behind a role or tenant | test_attack_05 |
| 6 | names that look like a role | test_attack_06 |
| 7 | roles are a text that holds a role | test_attack_07 |
| 8 | roles are a mapping that names a role | test_attack_08 |
| 9 | null equals null | test_attack_09 |
| 10 | a deny rule about a missing attribute | test_attack_10 |
| 11 | unlike something that is missing | test_attack_11 |
| 12 | true equals one | test_attack_12 |
| 13 | integers beyond 64 bits | test_attack_13 |
| 14 | an attribute that is not a number | test_attack_14 |
| 15 | the text `false` as a truth | test_attack_15 |
| 16 | a pattern that never ends | test_attack_16 |
| 17 | deep nesting, huge conditions | test_attack_17 |
| 18 | quantifiers within quantifiers | test_attack_18 |
| 19 | an attribute that contains itself | test_attack_19 |
| 20 | YAML that means something else | test_attack_20 |
| 21 | a key that stands twice | test_attack_21 |
| 22 | anchors, merge keys and tags | test_attack_22 |
| 23 | alias bombs and deep YAML | test_attack_23 |
| 24 | two rules of one id | test_attack_24 |
| 25 | `*` as an id | test_attack_25 |
| 26 | the order of rules, files or hashes | test_attack_26 |
| 27 | a bundle that is older, unsigned or another's | test_attack_27; |
| | | test_service_attacks: test_attack_27 |
| 28 | a subject that writes log lines, secrets in it | test_attack_28; |
| | | test_service_attacks: test_attack_28 |
| 29 | the request brings roles along | test_attack_29; |
| | | test_service_attacks: test_attack_29 |
| 30 | a reload between two decisions | test_attack_30; |
| | | asgi/test_tenant_context: test_attack_30 |
| 31 | the reason tells callers the policy | test_attack_31; |
| | | test_service_attacks: test_attack_31 |
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

import pytest

import check_cases
import desired_states as states
from companyos.asgi.decision_log import Asked, DecisionLog, Inputs
from companyos.asgi.log_lines import JsonLineFormatter
from companyos.authz import (
    Decision,
    ReasonCode,
    Request,
    Resource,
    decide,
    decide_lookup,
    explain,
    reason_for_caller,
)
from companyos.config.compile import compile_state
from companyos.config.condition_parser import parse_source
from companyos.config.load import load
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import read
from companyos.digests import JSONValue, canonical_json
from companyos.errors import IntegrityError
from companyos.identity.subjects import NotFound, Subject, Unavailable
from companyos.snapshot import Snapshot

ADMINS = states.rule("admins", roles=["CompanyAdmin"])
EVERYBODY = states.rule("everybody", roles=["*"])
ANA = states.subject()
DATASET = Resource("dataset", "d1", "pilot-a", {"data_region": "eu"})
EXPORT = Request("pilot-a", ANA, "dataset:export", DATASET)
ADMIN = "CompanyAdmin"


def with_roles(roles: object) -> Request:
    """Return the request by a subject with these roles, whatever they are."""
    return replace(EXPORT, subject=Subject("pilot-a", "ana", roles, {}))  # type: ignore[arg-type]  # the attack


def with_department(value: object) -> Request:
    """Return the request by a subject of this department, whatever it is."""
    subject = Subject("pilot-a", "ana", ANA.roles, {"department": value})  # type: ignore[dict-item]  # the attack
    return replace(EXPORT, subject=subject)


def with_resource(**attributes: object) -> Request:
    """Return the request about such a resource."""
    given = {"data_region": "eu", **attributes}
    return replace(EXPORT, resource=replace(DATASET, attributes=given))  # type: ignore[arg-type]  # the attack


def code_of(request: Request, *rules: JSONValue) -> ReasonCode:
    """Return the code of a denial; without rules everybody may do everything."""
    decision = decide(request, states.with_rules(*(rules or (EVERYBODY,))))
    assert not decision.allowed
    return decision.code


def looked_up(found: Subject | NotFound | Unavailable) -> Decision:
    """Return the decision about what a directory answered for `ana@pilot-a`."""
    return decide_lookup(
        found,
        states.with_rules(EVERYBODY),
        tenant_id="pilot-a",
        subject_id="ana",
        action="dataset:export",
        resource=DATASET,
    )


def test_attack_03_the_directory_answers_about_somebody_else() -> None:
    """Neither another tenant's subject nor another subject is taken for the caller."""
    other_tenant = looked_up(replace(ANA, tenant_id="pilot-b"))
    assert other_tenant.code is ReasonCode.TENANT_MISMATCH
    other_subject = looked_up(replace(ANA, subject_id="eve"))
    assert other_subject.code is ReasonCode.SUBJECT_UNAVAILABLE


def test_attack_04_the_directory_is_down() -> None:
    """Not to know who asks is a denial of its own, never an allow."""
    assert looked_up(Unavailable("timeout")).code is ReasonCode.SUBJECT_UNAVAILABLE
    assert looked_up(NotFound("pilot-a", "ana")).code is ReasonCode.SUBJECT_NOT_FOUND


def test_attack_05_a_nul_character_ends_no_name() -> None:
    """A role, tenant or attribute with a NUL is refused, not cut."""
    role = with_roles(frozenset({f"{ADMIN}\0x"}))
    assert code_of(role, ADMINS) is ReasonCode.INVALID_INPUT
    tenant = replace(EXPORT, tenant_id="pilot-a\0x")
    assert code_of(tenant) is ReasonCode.UNKNOWN_TENANT
    assert code_of(with_department("finance\0x")) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize(
    "role",
    [
        "\ud800",
        f"\u202e{ADMIN}",
        f"{ADMIN}\u200b",
        ADMIN.replace("A", "\u0410"),
        "\uff23ompanyAdmin",
        ADMIN.lower(),
        "Companya\u0308dmin",
    ],
    ids=ascii,
)
def test_attack_06_nothing_that_looks_like_a_role_is_one(role: str) -> None:
    """Names are compared as they are, and only declared ones exist."""
    request = with_roles(frozenset({role}))
    assert code_of(request, ADMINS) is ReasonCode.INVALID_INPUT


def test_attack_07_roles_that_are_a_text() -> None:
    """A text that contains a role is no set of roles."""
    assert code_of(with_roles(f"Not{ADMIN}X"), ADMINS) is ReasonCode.INVALID_INPUT


def test_attack_08_roles_that_are_a_mapping() -> None:
    """A mapping that names a role, even to say no, is no set of roles."""
    assert code_of(with_roles({ADMIN: False}), ADMINS) is ReasonCode.INVALID_INPUT


def test_attack_09_null_is_not_null() -> None:
    """Two missing regions are not the same region."""
    nowhere = replace(ANA, attributes={"country": "BR"})
    request = replace(with_resource(data_region=None), subject=nowhere)
    rule = states.rule("in-region", when=states.IN_REGION)
    assert code_of(request, rule) is ReasonCode.INVALID_INPUT


def test_attack_10_a_deny_about_what_is_missing_denies() -> None:
    """A deny rule that cannot be evaluated denies, where Cedar would skip it."""
    held = states.equals(["get", states.RESOURCE, "legal_hold"], value=True)
    deny = states.rule("held", "deny", when=held)
    assert code_of(EXPORT, EVERYBODY, deny) is ReasonCode.DENY_RULE_ERROR


def test_attack_11_unlike_what_is_missing_is_no_match() -> None:
    """`!=` with a missing attribute has no value, so nothing is allowed by it."""
    unlike: JSONValue = ["!=", states.DEPARTMENT, ["lit", "sales"]]
    rule = states.rule("not-sales", when=unlike)
    assert code_of(EXPORT, rule) is ReasonCode.NO_MATCHING_RULE


def test_attack_12_true_is_not_one() -> None:
    """Truths and numbers are apart, in conditions and at the boundary."""
    one = states.equals(["get", states.RESOURCE, "legal_hold"], 1)
    request = with_resource(legal_hold=True)
    rule = states.rule("odd", when=one)
    assert code_of(request, rule) is ReasonCode.NO_MATCHING_RULE
    assert code_of(with_resource(rows=True)) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**70])
def test_attack_13_integers_beyond_64_bits(value: int) -> None:
    """They are refused, not rounded to another number."""
    assert code_of(with_resource(rows=value)) is ReasonCode.INVALID_INPUT


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_attack_14_what_is_not_a_number(value: float) -> None:
    """Fractions, NaN and infinity are no attributes."""
    assert code_of(with_resource(rows=value)) is ReasonCode.INVALID_INPUT


def test_attack_15_the_text_false_is_not_true() -> None:
    """Only true is true: neither an attribute nor a condition may be truthy."""
    assert code_of(with_resource(legal_hold="false")) is ReasonCode.INVALID_INPUT
    all_texts = with_resource(labels="x", legal_hold="false", rows="1")
    assert code_of(all_texts) is ReasonCode.INVALID_INPUT
    text: JSONValue = ["get", states.RESOURCE, "data_region"]
    rule = states.rule("odd", when=text)
    request = with_resource(data_region="false")
    assert code_of(request, rule) is ReasonCode.NO_MATCHING_RULE


def test_attack_16_there_are_no_patterns() -> None:
    """A condition cannot hold a regular expression, so none can run for ever."""
    found = parse_source('subject.id.matches("(a+)+$")')
    assert isinstance(found, tuple)
    assert "matches" in found[0].message


@pytest.mark.parametrize(
    "source",
    ["(" * 5_000 + "a" + ")" * 5_000, "a" + ".a" * 20_000, "a" + "&&a" * 20_000],
    ids=["parentheses", "selections", "conjunctions"],
)
def test_attack_17_deep_and_huge_conditions(source: str) -> None:
    """They are refused at once, not by running out of stack."""
    before = time.perf_counter()
    assert isinstance(parse_source(source), tuple)
    assert time.perf_counter() - before < 1


def test_attack_18_quantifiers_within_quantifiers() -> None:
    """Even what a hand-made document nests ends within its steps, and denies."""
    labels: JSONValue = ["get", states.RESOURCE, "labels"]
    body: JSONValue = states.equals(["var", "d"], "z")
    for name in ("d", "c", "b", "a"):
        body = ["exists", name, labels, body]
    deny = states.rule("slow", "deny", when=body)
    request = with_resource(labels=[f"label-{n}" for n in range(200)])
    before = time.perf_counter()
    assert code_of(request, EVERYBODY, deny) is ReasonCode.DENY_RULE_ERROR
    assert time.perf_counter() - before < 2


def test_attack_19_an_attribute_that_contains_itself() -> None:
    """Values are not followed into the deep."""
    endless: list[object] = []
    endless.append(endless)
    assert code_of(with_resource(labels=endless)) is ReasonCode.INVALID_INPUT
    assert code_of(with_department(endless)) is ReasonCode.INVALID_INPUT


def yaml_of(text: str) -> JSONValue:
    """Return what a file of the desired state says."""
    return read("x.yaml", text.encode()).value


def test_attack_20_yaml_means_what_it_says() -> None:
    """Norway is a country, `on` is a key, and what readers disagree about is told."""
    assert yaml_of("country: NO\n") == {"country": "NO"}
    assert yaml_of("on: x\n") == {"on": "x"}
    for text, value in (("012", 12), ("12:30:45", "12:30:45")):  # by YAML 1.2's core
        source = read("x.yaml", f"a: {text}\n".encode())
        assert source.value == {"a": value}
        assert [each.check for each in source.findings] == ["yaml/ambiguous-scalar"]


def test_attack_21_a_key_stands_once() -> None:
    """`effect: deny` followed by `effect: allow` is an error, not an allow."""
    with pytest.raises(RefusedYamlError):
        yaml_of("effect: deny\neffect: allow\n")


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {effect: deny}\nb: {<<: *x, effect: allow}\n",
        "a: &x 1\n",
        "a: !!python/object/apply:os.system [x]\n",
        "a: !x 1\n",
    ],
    ids=["merge", "anchor", "python tag", "tag"],
)
def test_attack_22_no_anchors_no_merges_no_tags(text: str) -> None:
    """What is not visible where it works is refused."""
    with pytest.raises(RefusedYamlError):
        yaml_of(text)


def test_attack_23_bombs_and_depth() -> None:
    """Neither aliases nor nesting make a small file large."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n"
        for n in range(20)
    )
    for text in (bomb, "[" * 3_000 + "]" * 3_000, "- " * 3_000 + "x"):
        before = time.perf_counter()
        with pytest.raises(RefusedYamlError):
            yaml_of(text)
        assert time.perf_counter() - before < 1


def test_attack_24_a_rule_id_stands_once() -> None:
    """A second rule of one id cannot stand for the first."""
    with pytest.raises(IntegrityError):
        states.with_rules(states.rule("r", "deny"), states.rule("r"))


def test_attack_25_a_star_in_data_is_a_name() -> None:
    """As tenant, action or role of a request it stands for nothing."""
    assert code_of(replace(EXPORT, tenant_id="*")) is ReasonCode.UNKNOWN_TENANT
    assert code_of(replace(EXPORT, action="dataset:*")) is ReasonCode.UNKNOWN_ACTION
    assert code_of(with_roles(frozenset({"*"}))) is ReasonCode.INVALID_INPUT


def test_attack_26_order_changes_no_decision() -> None:
    """However rules and files are ordered, the answer and its reason are the same."""
    met = states.IN_REGION
    allows = (states.rule("c"), states.rule("b"), states.rule("a", when=met))
    denies = tuple(states.rule(each, "deny", when=met) for each in "zyx")
    # Of several that match, one without a condition goes first, then the least id.
    assert answers_of_all_orders(allows) == {(ReasonCode.ALLOW_RULE, "b")}
    assert answers_of_all_orders(denies) == {(ReasonCode.DENY_RULE, "x")}
    mixed = (*allows[:2], *denies[:2])
    assert answers_of_all_orders(mixed) == {(ReasonCode.DENY_RULE, "y")}
    files = check_cases.base()
    turned = dict(reversed(list(files.items())))
    assert compile_state(files) == compile_state(turned)
    assert load(turned, today=check_cases.TODAY).errors == ()


def answers_of_all_orders(
    rules: Sequence[JSONValue],
) -> set[tuple[ReasonCode, str | None]]:
    """Return what is decided by these rules, however they are ordered."""
    decisions = [
        decide(EXPORT, states.with_rules(*order)) for order in permutations(rules)
    ]
    return {(decision.code, decision.rule_id) for decision in decisions}


def test_attack_27_documents_that_do_not_fit_are_not_loaded() -> None:
    """A tenant whose policy bundle is not among the policies loads nothing."""
    with pytest.raises(IntegrityError):
        Snapshot.load(
            tenants=canonical_json(states.tenants_document()),
            policies=canonical_json(
                states.policies_document({"another": states.bundle(EVERYBODY)})
            ),
            flags=canonical_json(states.flags_document()),
        )


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Give the lines of a decision log as they are written."""
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonLineFormatter().format(record))

    logger, handler = logging.getLogger("companyos.decisions"), Kept()
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


def test_attack_28_a_line_is_one_line_and_keeps_secrets(lines: list[str]) -> None:
    """A newline in an id forges nothing; masked attributes are not shown."""
    subject = Subject("pilot-a", "ana", ANA.roles, {"department": "hidden", "x": "y"})
    asked = Asked("pilot", "sha256:", "r", "pilot-a", 'ana\n{"effect":"x"}', subject)
    DecisionLog("exports", inputs=Inputs(frozenset({"department"}))).decision(
        asked,
        decide(EXPORT, states.with_rules()),
        action="dataset:export",
        resource=DATASET,
        flags=(),
        declared={"department"},
    )
    (line,) = lines
    assert "\n" not in line
    assert "hidden" not in line
    told = json.loads(line)["inputs"]["subject"]
    assert told["attributes"] == {"department": "[masked]"}


def test_attack_29_attributes_bring_no_roles() -> None:
    """Attributes called `roles` or `tenant` change neither."""
    extra = replace(ANA, attributes={"roles": ADMIN, "tenant": "pilot-b"})
    request = replace(EXPORT, subject=extra)
    assert code_of(request, ADMINS) is ReasonCode.NO_MATCHING_RULE
    smuggled = with_resource(roles=[ADMIN])
    assert code_of(smuggled, ADMINS) is ReasonCode.INVALID_INPUT


def test_attack_30_one_snapshot_answers_all_of_a_request() -> None:
    """A snapshot does not change; after a reload decisions name the new policies."""
    before, after = states.with_rules(EVERYBODY), states.with_rules()
    first, second = decide(EXPORT, before), decide(EXPORT, after)
    assert (first.allowed, second.allowed) == (True, False)
    assert first.policy_digest == before.policies.digest
    assert second.policy_digest == after.policies.digest != before.policies.digest
    assert decide(EXPORT, before) == first


def test_attack_31_callers_are_told_no_policy() -> None:
    """A caller gets a sentence; only a deny rule's own words are for callers."""
    silent = explain(EXPORT, states.with_rules(ADMINS))
    assert "admins" not in silent.for_caller
    assert "why" not in silent.for_caller
    denied = decide(EXPORT, states.with_rules(states.rule("frozen", "deny")))
    assert reason_for_caller(denied) == "why frozen is there"
    failing = states.rule("odd", "deny", when=["get", states.RESOURCE, "rows"])
    failed = decide(EXPORT, states.with_rules(failing))
    assert failed.code is ReasonCode.DENY_RULE_ERROR
    assert "odd" not in reason_for_caller(failed)
    away = looked_up(Unavailable("no route to directory.internal:5432"))
    assert "directory.internal" not in reason_for_caller(away)
    misfit = decide(with_roles(frozenset({"Boss"})), states.with_rules(EVERYBODY))
    assert "catalogue" in misfit.reason
    assert "catalogue" not in reason_for_caller(misfit)
