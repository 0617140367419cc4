"""What a policy bundle extends, and where that goes in circles."""

from __future__ import annotations

import check_cases
from companyos.checks.chains import endless
from companyos.checks.facts import BundleFacts, Word
from companyos.config.load import load


def bundles(**extends: str) -> dict[str, BundleFacts]:
    """Return bundles, each with a letter for everything it extends."""
    return {
        name: BundleFacts(Word(name, ""), False, tuple(Word(x, "") for x in bases), ())
        for name, bases in extends.items()
    }


def test_who_is_in_a_circle_or_extends_it() -> None:
    """However far, and on whichever of several ways."""
    found = endless(bundles(a="b", b="ac", c="", d="ce", e="a", f="cx", g="g"))
    assert found == {"a", "b", "d", "e", "g"}


def test_a_bundle_on_a_second_way_round_is_in_the_circle_too() -> None:
    """It closes no circle that is not closed without it."""
    assert endless(bundles(a="bc", b="a", c="b")) == {"a", "b", "c"}


def test_two_ways_to_one_base_are_no_circle() -> None:
    """Nor is a base that nobody gives."""
    assert endless(bundles(a="bc", b="d", c="d", d="", e="x")) == frozenset()


COMMON, STANDARD = "config/policies/common.yaml", "config/policies/standard.yaml"


def told(*, rules: bytes, is_circle: bool) -> set[str]:
    """Return the checks that find something where a base has a rule of its heir.

    The heir has `rules` besides.
    """
    base = check_cases.base()
    rule = base[STANDARD].partition(b"rules:\n")[2]
    common = base[COMMON] + rule
    if is_circle:
        common = common.replace(b"rules:", b"extends: [standard]\nrules:")
    files = {**base, COMMON: common, STANDARD: base[STANDARD] + rules}
    return {each.check for each in load(files, today=check_cases.TODAY).findings}


def test_rules_that_meet_in_a_circle_are_not_told_as_well() -> None:
    """Without it, a rule is told that is there twice and adds nothing."""
    wrong = {"policy/duplicate-rule-id", "policy/unreachable-rule"}
    assert told(rules=b"", is_circle=False) == wrong
    assert told(rules=b"", is_circle=True) == {"policy/extends-cycle"}


def test_what_is_wrong_in_a_bundle_alone_is_told_in_a_circle_too() -> None:
    """It is no consequence."""
    rule = check_cases.base()[STANDARD].partition(b"rules:\n")[2]
    assert told(rules=rule, is_circle=True) == {
        "policy/duplicate-rule-id",
        "policy/extends-cycle",
        "policy/unreachable-rule",
    }
