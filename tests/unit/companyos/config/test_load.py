"""The whole state: what one broken file does, and does not do, to the others."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import check_cases
from companyos.config.kinds import Kind, modeline
from companyos.config.load import load
from companyos.findings import Finding, Severity

TENANT = "config/tenants/acme.yaml"
POLICY = "config/policies/standard.yaml"
FLAG = "config/flags/checkout.yaml"


def findings(changed: dict[str, bytes]) -> tuple[Finding, ...]:
    """Return the findings of the good base with some files changed."""
    files = {**check_cases.base(), **changed}
    return load(files, today=check_cases.TODAY).findings


@pytest.mark.parametrize("path", sorted(check_cases.base()))
def test_a_file_that_cannot_be_read_is_the_only_finding(path: str) -> None:
    """What refers to it is not reported, because it may well be right."""
    [found] = findings({path: b"a: [\n"})
    assert (found.check, found.place.file) == ("yaml/syntax", path)


@pytest.mark.parametrize("path", sorted(check_cases.base()))
def test_a_file_of_the_wrong_shape_is_the_only_one_with_findings(path: str) -> None:
    """A known file with unknown content is told once, where it is."""
    found = findings({path: check_cases.base()[path] + b"unheard_of: 1\n"})
    assert {(each.check, each.place.file) for each in found} == {
        ("schema/additional-property", path)
    }


def test_a_cause_in_many_places_is_one_finding_with_a_count() -> None:
    """The place is the first one, by file and line."""
    base = check_cases.base()
    tenants = {p: d for p, d in base.items() if p.startswith("config/tenants/")}
    changed = {
        p: d.replace(b"ref: standard", b"ref: stndard") for p, d in tenants.items()
    }
    found = [each for each in findings(changed) if each.check == "ref/unknown-policy"]
    assert [(str(each.place), each.count) for each in found] == [(f"{TENANT}:5:20", 2)]
    assert found[0].hint == "did you mean `standard`?"
    assert [str(each.place) for each in found[0].related] == [f"{POLICY}:2:12"]


ON_OFF = "the variants of a boolean flag are `on` and `off`, not `true`"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("default: false", 'default: "true"',
         '`"true"` is text here; write `true` without quotes'),
        ("default: false", "default: yes", "`yes` is text here; write `true`"),
        ("default: false", "default: Off", "`Off` is text here; write `false`"),
        ("default: false", 'default: false\nrollout: {weights: {"true": 100}}', ON_OFF),
        ("default: false",
         'default: false\nper_tenant_overrides: {acme: {variant: "true"}}',
         '`"true"` is text here; write `value: true` without quotes'),
        ("default: false",
         "type: string\nvariants: {red: r, blue: b}\ndefault: b",
         "`b` is the value of variant `blue`; write `blue`"),
        ("default: false", "default: onn", "flag `checkout` has no variant `onn`"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_variant_says_what_was_meant(
    old: str, new: str, message: str
) -> None:
    """And nothing else is said of it: quotes would not help."""
    text = "flag_id: checkout\ndescription: x\nowner: team-shop\nkind: kill_switch\n"
    flag = f"{modeline(Kind.FLAG)}\n{text}default: false\n"
    found = findings({FLAG: flag.replace(old, new).encode()})
    assert [(f.check, f.message) for f in found if f.place.file == FLAG] == [
        ("flag/unknown-variant", message)
    ]


def test_a_flag_expires_when_its_last_day_is_over() -> None:
    """On the day itself there is no warning, on the next there is one."""
    base = check_cases.base()
    last = load(base, today=date(2027, 1, 31))
    after = load(base, today=date(2027, 2, 1))
    assert [each.check for each in last.findings] == ["flag/expires-soon"]
    assert [(f.check, f.severity) for f in after.findings] == [
        ("flag/expired", Severity.WARNING)
    ]
    assert after.errors == ()


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("when: resource.nothing == subject.region", 10, 11),
        ("when: 'resource.nothing == subject.region'", 10, 12),
        ('when: "\\x72esource.id == resource.nothing"', 10, 30),
        ("when: >-\n      subject.id ==\n      resource.nothing", 12, 7),
        ("when: |\n      subject.id\n      == resource.nothing", 12, 10),
        ("when: subject.id ==\n      resource.nothing", 11, 7),
    ],
)
def test_a_wrong_condition_is_marked_where_it_is_wrong(
    written: str, line: int, column: int
) -> None:
    """Whatever way the condition is written, the place is that of the wrong part."""
    old = "when: resource.data_region == subject.region"
    text = check_cases.base()[POLICY].decode().replace(old, written)
    [found] = findings({POLICY: text.encode()})
    assert (found.check, found.place.line, found.place.column) == (
        "policy/condition",
        line,
        column,
    )


def test_an_optional_attribute_needs_a_guard() -> None:
    """`level` may be missing, so reading it without `has()` is an error."""
    text = check_cases.base()[POLICY].decode()
    old = "resource.data_region == subject.region"
    unguarded = text.replace(old, "subject.attributes.level > 3")
    guarded = text.replace(
        old, "has(subject.attributes.level) && subject.attributes.level > 3"
    )
    assert [f.check for f in findings({POLICY: unguarded.encode()})] == [
        "policy/condition"
    ]
    assert findings({POLICY: guarded.encode()}) == ()


def test_a_flag_condition_has_no_resource() -> None:
    """Flags are asked without one."""
    text = check_cases.base()[FLAG].decode()
    old = 'subject.attributes.department == "sales"'
    changed = text.replace(old, 'resource.id == "x"').encode()
    assert [f.check for f in findings({FLAG: changed})] == ["flag/condition"]


def test_the_order_of_the_sources_changes_nothing() -> None:
    """Findings are the same, in the same order."""
    files, _ = check_cases.bad("ref/unknown-policy")
    turned = dict(reversed(files.items()))
    assert load(files, today=check_cases.TODAY) == load(turned, today=check_cases.TODAY)


@given(
    st.sampled_from(sorted(check_cases.base())),
    st.integers(0, 400),
    st.integers(0, 6),
    st.binary(max_size=6),
)
def test_no_change_of_bytes_gives_anything_but_findings(
    path: str, start: int, length: int, new: bytes
) -> None:
    """A file changed anywhere gives a state or findings, and never an exception."""
    data = check_cases.base()[path]
    changed = data[:start] + new + data[start + length :]
    for finding in findings({path: changed}):
        assert finding.message
        assert finding.place.line >= 1
