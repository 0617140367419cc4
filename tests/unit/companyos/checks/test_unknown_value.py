"""Which constants in conditions are told: names that the desired state has not."""

from __future__ import annotations

import pytest

import check_cases
from companyos.config.load import load
from companyos.findings import Finding

BUNDLE = "config/policies/standard.yaml"
FLAG = "config/flags/checkout.yaml"
HOME = "resource.data_region == subject.region"
CLASSIFIED = "has(tenant.data_classification) && tenant.data_classification"


def told(when: str, *, changed: dict[str, bytes] | None = None) -> list[Finding]:
    """Return what is told of a policy bundle with a rule of this condition."""
    base = check_cases.base()
    text = base[BUNDLE].decode().replace(f"when: {HOME}", f"when: {when}")
    return told_of({**base, BUNDLE: text.encode(), **(changed or {})})


def told_of_flag(when: str) -> list[Finding]:
    """Return what is told of a flag with a rule of this condition."""
    files = check_cases.base()
    old = b'when: subject.attributes.department == "sales"'
    files[FLAG] = files[FLAG].replace(old, f"when: {when}".encode())
    return told_of(files)


def told_of(files: dict[str, bytes]) -> list[Finding]:
    """Return what the check tells; nothing else is wrong with the two files."""
    findings = load(files, today=check_cases.TODAY).findings
    found = [each for each in findings if each.check == "ref/unknown-value"]
    assert all(each in found for each in findings if each.place.file in {BUNDLE, FLAG})
    return found


def block(condition: str) -> str:
    """Return a condition as YAML that needs no quotes."""
    return f">-\n      {condition}"


@pytest.mark.parametrize(
    ("condition", "wrong", "right"),
    [
        ('tenant.env == "NAME"', "stage `liev`", "live"),
        ('tenant.id == "NAME"', "tenant `amce`", "acme"),
        ('subject.tenant != "NAME"', "tenant `amce`", "acme"),
        ('tenant.data_region != "NAME"', "data region `ue`", "eu"),
        ('subject.region in ["us", "NAME"]', "data region `ue`", "eu"),
        (f'{CLASSIFIED} == "NAME"', "data classification `pubic`", "public"),
        ('"NAME" in subject.roles', "role `Vewer`", "Viewer"),
        ('subject.roles.exists(r, r == "NAME")', "role `Vewer`", "Viewer"),
        ('!subject.roles.all(r, r in ["NAME"])', "role `Vewer`", "Viewer"),
    ],
)
def test_a_name_that_is_not_declared(condition: str, wrong: str, right: str) -> None:
    """Of each kind, in policies and flags alike, and only where it is wrong."""
    name = wrong.split("`")[1]
    for find in (told, told_of_flag):
        [found] = find(block(condition.replace("NAME", name)))
        assert found.message == f"{wrong} does not exist"
        assert found.value == name
        assert find(block(condition.replace("NAME", right))) == []


@pytest.mark.parametrize(
    ("condition", "wrong", "right"),
    [
        ('resource.tenant == "NAME"', "tenant `amce`", "acme"),
        ('resource.type == "NAME"', "resource type `reprot`", "report"),
    ],
)
def test_what_a_resource_is(condition: str, wrong: str, right: str) -> None:
    """Only policies see a resource."""
    [found] = told(condition.replace("NAME", wrong.split("`")[1]))
    assert found.message == f"{wrong} does not exist"
    assert told(condition.replace("NAME", right)) == []


@pytest.mark.parametrize(
    "condition",
    [
        "'liev' == tenant.env",
        "'liev' in [tenant.env]",
        "!(tenant.env != 'liev')",
        "resource.id == 'x' ? true : tenant.env == 'liev'",
        "subject.roles.exists(r, tenant.env in [r, 'liev'])",
    ],
)
def test_wherever_it_stands(condition: str) -> None:
    """On either side, and below whatever else a condition is made of."""
    assert [each.value for each in told(block(condition))] == ["liev"]


@pytest.mark.parametrize(
    "condition",
    [
        "resource.data_region == 'mars'",
        "subject.attributes.country == 'XX'",
        "subject.attributes.department == 'liev'",
        "subject.id == 'amce'",
        "resource.id in ['amce']",
        "tenant.env.startsWith('li')",
        "tenant.env < 'm'",
        "tenant.env == subject.id",
        "['liev'].exists(r, r == subject.id)",
    ],
)
def test_what_may_be_anything(condition: str) -> None:
    """Nobody declares the values, or it is no comparison with one of them."""
    assert told(block(condition)) == []


def test_the_nearest_name_and_where_it_is_declared() -> None:
    """As for a name that is written elsewhere."""
    [found] = told("tenant.env == 'liev'")
    assert found.hint == "did you mean `live`?"
    assert [str(each.place) for each in found.related] == ["config/stages.yaml:5:3"]


def test_a_classification_has_no_place_but_all_are_told() -> None:
    """They are a part of the schema."""
    [found] = told(f"{CLASSIFIED} == 'secret'")
    assert found.hint == (
        "there are `public`, `internal`, `confidential`, `restricted`"
    )


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ("tenant.env == 'liev'", "10:25-10:31"),
        ("\"tenant.env == 'liev'\"", "10:26-10:32"),
        ("'tenant.env == \"liev\"'", "10:26-10:32"),
        ("'tenant.env == ''liev'''", "10:11-10:35"),
        ("tenant.env == 'liev' || 'liev' == tenant.env", "10:11-10:55"),
        ("tenant.env == r'liev'", "10:26-10:32"),
    ],
)
def test_the_place_is_the_constant_where_that_is_certain(when: str, place: str) -> None:
    """Else it is the whole condition."""
    [found] = told(when)
    at = found.place
    assert f"{at.line}:{at.column}-{at.end_line}:{at.end_column}" == place


def test_over_several_lines_the_place_is_the_condition() -> None:
    """It begins where the text is announced."""
    [found] = told(">-\n      resource.id == 'x' ||\n      tenant.env == 'liev'")
    assert (found.place.line, found.place.column) == (10, 11)


def test_one_name_in_several_conditions_is_told_once() -> None:
    """With a count, as other names are."""
    base = check_cases.base()
    common = base["config/policies/common.yaml"].replace(
        b'resource.data_region != ""', b"tenant.env == 'liev'"
    )
    [found] = told(
        "tenant.env == 'liev'", changed={"config/policies/common.yaml": common}
    )
    assert (found.place.file, found.count) == ("config/policies/common.yaml", 2)


@pytest.mark.parametrize(
    ("condition", "file"),
    [
        ("tenant.env == 'liev'", "config/stages.yaml"),
        ("tenant.data_region == 'mars'", "config/regions.yaml"),
        ("'Vewer' in subject.roles", "config/catalog.yaml"),
        ("resource.type == 'reprot'", "config/catalog.yaml"),
        ("tenant.id == 'globex'", "config/tenants/globex.yaml"),
    ],
)
def test_where_the_declaring_file_is_broken_nothing_is_told(
    condition: str, file: str
) -> None:
    """It may well declare the name."""
    assert told(block(condition), changed={file: b"a: [\n"}) == []


def test_no_tenant_has_a_name_that_is_no_id() -> None:
    """Whatever files there are."""
    broken = {"config/tenants/Acme.yaml": b"a: [\n"}
    assert [each.value for each in told("tenant.id == 'Acme'", changed=broken)] == [
        "Acme"
    ]


def test_a_tenant_in_a_condition_with_escapes_is_left_alone() -> None:
    """It is not known whom to ask again when it comes; a stage is known."""
    assert told(r"tenant.id == 'am\x63e'") == []
    assert [each.value for each in told(r"tenant.env == 'li\x65v'")] == ["liev"]
