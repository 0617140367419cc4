"""Decision tables: what passes, what is covered, and which mistakes are noticed."""

from __future__ import annotations

import desired_states as states
from companyos.authz import Effect, ReasonCode
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.policytests import (
    Case,
    Expected,
    PolicyTests,
    ResourceGiven,
    Result,
    SubjectGiven,
    TenantGiven,
    coverage_of,
    mutants_of,
    run,
    world_of,
)
from companyos.policytests.running import all_pass
from companyos.policytests.world import bundle_alone
from companyos.snapshot import Snapshot

REGIONS: JSONObject = {"eu": {"countries": ["DE"]}, "us": {"countries": ["US"]}}
FINANCE = states.equals(states.DEPARTMENT, "finance")
RULES = (
    states.rule("in-region", when=["and", states.IN_REGION, FINANCE]),
    states.rule("frozen", "deny", roles=["Viewer"]),
)


def expect(effect: str, code: str | None = None, rule: str | None = None) -> Expected:
    """Return an expectation."""
    return Expected(Effect(effect), ReasonCode(code) if code else None, rule)


def table(*cases: tuple[str, Expected]) -> PolicyTests:
    """Return tests that ask of each subject whether it may export."""

    def somebody(role: str, country: str, department: str) -> SubjectGiven:
        attributes = {"country": country, "department": department}
        return SubjectGiven(frozenset({role}), attributes)

    return PolicyTests(
        bundle_id="standard",
        file="config/policies/standard.tests.yaml",
        tenant=TenantGiven("tested", "pilot", "eu", None),
        subjects={
            "near": somebody("Analyst", "DE", "finance"),
            "far": somebody("Analyst", "US", "finance"),
            "selling": somebody("Analyst", "DE", "sales"),
            "viewer": somebody("Viewer", "DE", "finance"),
            "alien": SubjectGiven(frozenset({"Analyst"}), {}, tenant_id="other"),
        },
        resources={"data": ResourceGiven("dataset", {"data_region": "eu"})},
        cases=tuple(
            Case(subject, subject, "dataset:export", "data", expected)
            for subject, expected in cases
        ),
    )


def document(*rules: JSONValue) -> JSONObject:
    """Return the policies of one bundle."""
    return states.policies_document({"standard": states.bundle(*(rules or RULES))})


def world(tests: PolicyTests, policies: JSONObject | None = None) -> Snapshot:
    """Return the world that the tests run in."""
    return world_of(policies or document(), tests.tenant, "standard", regions=REGIONS)


def outcomes(tests: PolicyTests) -> tuple[Result, ...]:
    """Return the answered cases."""
    return run(tests, world(tests))


def living(tests: PolicyTests) -> set[tuple[str, str]]:
    """Return the mutants that no case notices."""
    return {
        (mutant.rule_id, mutant.change)
        for mutant in mutants_of(document())
        if all_pass(tests, tests.cases, world(tests, mutant.document))
    }


COMPLETE = table(
    ("near", expect("allow", "allow_rule", "in-region")),
    ("far", expect("deny", "no_matching_rule")),
    ("selling", expect("deny", "no_matching_rule")),
    ("viewer", expect("deny", "deny_rule", "frozen")),
    ("alien", expect("deny", "tenant_mismatch")),
)


def test_a_case_passes_where_effect_code_and_rule_are_as_expected() -> None:
    """What an expectation leaves out may be anything."""
    assert all(result.passed for result in outcomes(COMPLETE))
    wrong = table(
        ("near", expect("allow", rule="frozen")),
        ("near", expect("deny")),
        ("far", expect("deny", "deny_rule")),
        ("near", expect("allow")),
    )
    assert [result.passed for result in outcomes(wrong)] == [False, False, False, True]


def test_coverage_names_what_no_case_shows() -> None:
    """A rule has to decide a case that passes, a clause to be true and false."""
    tests = table(("near", expect("allow")), ("far", expect("deny")))
    coverage = coverage_of(tests, outcomes(tests), world(tests))
    decided = {rule.rule_id: rule.decided for rule in coverage.rules}
    assert decided == {"frozen": False, "in-region": True}
    missing = {clause.text: clause.missing for clause in coverage.clauses}
    assert missing == {
        "resource.data_region == subject.region": "",
        'subject.attributes.department == "finance"': "never false",
    }
    complete = coverage_of(COMPLETE, outcomes(COMPLETE), world(COMPLETE))
    assert complete.rules_decided == len(complete.rules) == 2
    assert complete.clauses_covered == len(complete.clauses) == 2


def test_a_case_that_fails_covers_no_rule() -> None:
    """Whoever expects the wrong answer has shown nothing."""
    tests = table(("near", expect("deny")))
    coverage = coverage_of(tests, outcomes(tests), world(tests))
    assert coverage.rules_decided == 0


def test_every_rule_and_clause_is_broken_once() -> None:
    """Taken out, turned round, opened, freed of its condition, or of one clause."""
    made = [(mutant.rule_id, mutant.change) for mutant in mutants_of(document())]
    assert made == [
        ("in-region", "the rule is gone"),
        ("in-region", "allow is deny"),
        ("in-region", "everybody has it, whatever their roles"),
        ("in-region", "the condition is gone"),
        (
            "in-region",
            "without the clause `resource.data_region == subject.region`",
        ),
        (
            "in-region",
            'without the clause `subject.attributes.department == "finance"`',
        ),
        ("frozen", "the rule is gone"),
        ("frozen", "deny is allow"),
        ("frozen", "everybody has it, whatever their roles"),
    ]


def test_a_mistake_that_no_case_notices_lives() -> None:
    """Each case of a table is what kills some mutant."""
    weak = table(("near", expect("allow")), ("far", expect("deny")))
    assert living(weak) == {
        (
            "in-region",
            'without the clause `subject.attributes.department == "finance"`',
        ),
        ("in-region", "everybody has it, whatever their roles"),
        ("frozen", "the rule is gone"),
        ("frozen", "deny is allow"),
    }
    assert living(COMPLETE) == {
        # Whoever has no rule to allow him is denied by silence as well.
        ("in-region", "everybody has it, whatever their roles"),
    }


def test_a_bundle_is_tested_with_all_it_extends_and_nothing_else() -> None:
    """Also an abstract one; other bundles cannot change the outcome."""
    policies = canonical_json(
        states.policies_document(
            {
                "base": states.bundle(states.rule("low"), abstract=True),
                "middle": states.bundle(extends=["base"], abstract=True),
                "other": states.bundle(states.rule("strange")),
            }
        )
    )
    alone = bundle_alone(policies, "middle")["bundles"]
    assert isinstance(alone, dict)
    assert sorted(alone) == ["base", "middle"]
    tests = table(("near", expect("allow", rule="low")))
    made = world_of(
        bundle_alone(policies, "middle"), tests.tenant, "middle", regions=REGIONS
    )
    assert [result.passed for result in run(tests, made)] == [True]
