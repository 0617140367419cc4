"""Which flag rules never answer: told where certain, with why."""

from __future__ import annotations

import check_cases
from companyos.config.load import load

CHECKOUT = "config/flags/checkout.yaml"
SALES = 'subject.attributes.department == "sales"'


def told(*conditions: str) -> list[tuple[str, str]]:
    """Return the rules that are reported and what is said, of rules named in a row."""
    rules = "".join(
        f"  - name: r{index}\n    when: {condition}\n    serve: true\n"
        for index, condition in enumerate(conditions)
    )
    base = check_cases.base()
    text = base[CHECKOUT].decode()
    head, rest = text.split("rules:\n")
    changed = f"{head}rules:\n{rules}rollout:{rest.split('rollout:')[1]}".encode()
    findings = load({**base, CHECKOUT: changed}, today=check_cases.TODAY).findings
    return [
        (each.value, each.message.partition(": ")[2])
        for each in findings
        if each.check == "flag/unreachable-rule"
    ]


def test_a_rule_behind_one_for_more_values_never_answers() -> None:
    """The other way round both do."""
    more = 'subject.attributes.department in ["support", "sales"]'
    assert told(more, SALES) == [("r1", "`r0` always answers first")]
    assert told(SALES, more) == []


def test_the_first_of_several_wider_ones_is_named() -> None:
    """Whatever their parts are found by."""
    one, two = f"{SALES} || tenant.env == 'live'", 'subject.region != "us"'
    both = f"{SALES} && subject.region == 'eu'"
    assert told(one, two, both) == [("r2", "`r0` always answers first")]
    assert told(two, one, both) == [("r2", "`r0` always answers first")]


def test_values_that_exclude_each_other_never_answer() -> None:
    """Nor do they keep a rule behind them from answering."""
    never = f'{SALES} && subject.attributes.department == "support"'
    assert told(never, SALES) == [("r0", "its condition contradicts itself")]
