"""`companyos authz` and `companyos policy test` as commands, on the example."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from command_runs import companyos
from companyos.digests import JSONObject

ROOT = Path(__file__).parents[2]
DATASET = '{"id": "d", "attributes": {"data_region": "%s", "classification": "%s"}}'


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """Give a work tree of the example."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


def asked(tenant: str, subject: str, region: str, *options: str) -> list[str]:
    """Return the words that ask for an export."""
    resource = DATASET % (region, "internal")
    return ["authz", "decide", f"--tenant={tenant}", f"--subject={subject}",
            "--action=dataset:export", f"--resource={resource}", *options]  # fmt: skip


def test_an_explained_denial_names_the_clause_that_failed(example: Path) -> None:
    """The answer is the decision's, with every rule and the values it met."""
    run = companyos(example, *asked("pilot-b", "ana", "us", "--explain"))
    assert run.status == 1
    assert 'resource.data_region == subject.region was "us" == "eu"' in run.out
    words = asked("pilot-b", "ana", "us", "--explain", "-o", "json")
    document = companyos(example, *words).json()
    explanation = document["explanation"]
    assert isinstance(explanation, dict)
    assert explanation["near_misses"] == ["export-stays-in-region"]
    told = "nothing permits this action on this resource"
    assert explanation["for_caller"] == told


def test_roles_that_would_be_enough_are_named(example: Path) -> None:
    """A viewer learns which role may export."""
    words = asked("pilot-a", "vic", "eu", "--explain", "-o", "json")
    explanation = companyos(example, *words).json()["explanation"]
    assert isinstance(explanation, dict)
    assert explanation["roles_enough"] == ["Analyst", "CompanyAdmin"]


def test_the_matrix_says_what_each_role_may_do(example: Path) -> None:
    """Every role and action has one cell: allow, deny, or under which condition."""
    run = companyos(example, "authz", "matrix", "--tenant=pilot-a", "-o", "json")
    cells = run.json()["cells"]
    assert isinstance(cells, list)
    found = {(cell["role"], cell["action"]): cell for cell in cells}
    assert len(found) == 3 * 4
    assert found["CompanyAdmin", "settings:update"]["access"] == "allow"
    assert found["Viewer", "dataset:export"]["access"] == "deny"
    export = found["Analyst", "dataset:export"]
    assert export["condition"] == "resource.data_region == subject.region"
    markdown = companyos(
        example, "authz", "matrix", "--tenant=pilot-a", "-o", "markdown"
    )
    assert "| Viewer | settings:update | deny | - | - |" in markdown.out.splitlines()


def test_who_can_names_subjects_and_roles(example: Path) -> None:
    """Of a known resource it says who may, of an open one under which condition."""
    words = ["authz", "who-can", "--tenant=pilot-b", "--action=dataset:export"]
    known = DATASET % ("us", "internal")
    run = companyos(example, *words, f"--resource={known}", "-o", "json").json()
    subjects = run["subjects"]
    assert isinstance(subjects, list)
    access = {each["subject"]: each["access"] for each in subjects}
    # con is a contractor, ana of another region, vic has no role that may.
    assert access == {"ana": "deny", "cleo": "allow", "vic": "deny", "con": "deny"}
    shown = companyos(example, *words)
    assert 'resource.data_region == "us"' in shown.out
    assert companyos(example, *words[:3], "--action=no:such").status == 2


@pytest.mark.parametrize(
    ("declared", "value", "condition"),
    [
        ("integer", "3", "subject.attributes.level > 2"),
        ("boolean", "true", "subject.attributes.level"),
        ("strings", "[a, b]", "'b' in subject.attributes.level"),
        ("string", '"3"', "subject.attributes.level == '3'"),
    ],
)
def test_attributes_of_every_type_decide(
    example: Path, declared: str, value: str, condition: str
) -> None:
    """What the catalogue lets conditions speak of, a subject can have."""
    (example / "config/invariants.yaml").unlink()
    catalog = f"subject:\n  level: {{type: {declared}, optional: true}}"
    change(example / "config/catalog.yaml", "subject:", catalog)
    rule = f"""rules:
  - id: by-level
    effect: allow
    roles: [Viewer]
    actions: ["settings:update"]
    when: "has(subject.attributes.level) && {condition}"
    reason: those of a level may
"""
    change(example / "config/policies/base.yaml", "rules:\n", rule)
    words = ["authz", "decide", "--tenant=pilot-a", "--subject=vic"]
    words += ["--action=settings:update", '--resource={"id": "s"}', "-o", "json"]
    assert companyos(example, *words).json()["effect"] == "deny"
    vic = "{department: sales, country: DE"
    identity = example / "config/identity.yaml"
    change(identity, vic, vic.replace("{", f"{{level: {value}, "))
    assert companyos(example, "validate").status == 0
    assert companyos(example, *words).json()["effect"] == "allow"


def change(path: Path, old: str, new: str) -> None:
    """Replace the one place where something stands in a file."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def line(effect: str, **changes: object) -> JSONObject:
    """Return a line of a decision log: ana of pilot-a exported European data."""
    return {
        "event": "decision",
        "request_id": "r1",
        "tenant_id": "pilot-a",
        "subject_id": "ana",
        "action": "dataset:export",
        "resource": {"type": "dataset", "id": "d"},
        "effect": effect,
        "code": "allow_rule" if effect == "allow" else "no_matching_rule",
        "rule": "export-stays-in-region" if effect == "allow" else None,
        "inputs": {
            "subject": {
                "tenant_id": "pilot-a",
                "roles": ["Analyst"],
                "attributes": {
                    "department": "finance",
                    "country": "DE",
                    "employment_type": "employee",
                },
            },
            "resource": {
                "tenant_id": "pilot-a",
                "attributes": {"data_region": "eu", "classification": "internal"},
            },
        },
        **changes,  # type: ignore[dict-item]  # any value
    }


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([line("allow"), {"event": "config_loaded"}], 0),
        ([line("allow"), line("deny")], 1),
        ([line("allow"), line("allow", inputs=None)], 3),
        ([{"event": "config_loaded"}], 2),
    ],
    ids=["same", "flipped", "unknown", "no decision"],
)
def test_a_log_is_decided_again(
    example: Path, lines: list[JSONObject], status: int
) -> None:
    """A decision that flips answers no; one that cannot be made again is not passed."""
    log = example / "decisions.jsonl"
    log.write_text("".join(json.dumps(each) + "\n" for each in lines))
    run = companyos(example, "authz", "replay", log, "-o", "json")
    assert run.status == status
    if status == 1:
        flips = run.json()["flips"]
        assert isinstance(flips, list)
        assert [(each["line"], each["would_be"]["effect"]) for each in flips] == [
            (2, "allow")
        ]


def test_the_example_s_tables_pass_and_notice_every_mistake(example: Path) -> None:
    """Every rule decides a case and no mutant lives."""
    run = companyos(example, "policy", "test", "--mutation", "-o", "json")
    assert run.status == 0
    bundles = run.json()["bundles"]
    assert isinstance(bundles, list)
    assert len(bundles) == 3
    for bundle in bundles:
        rules = bundle["coverage"]["rules"]
        assert rules["decided"] == rules["all"]
        assert bundle["mutants"]["living"] == []


def test_a_rule_that_changes_fails_its_table(example: Path) -> None:
    """The report names case, line, what was expected and what came."""
    path = example / "config/policies/internal-tools.yaml"
    text = path.read_text()
    path.write_text(text.replace("roles: [Analyst]", "roles: [CompanyAdmin]", 1))
    run = companyos(example, "policy", "test", "internal-tools")
    assert run.status == 1
    expected = "expected allow analysts-read-all-data"
    assert f"{expected}, got deny no_matching_rule" in run.out
    assert "any of these roles would have been enough: CompanyAdmin" in run.out
    junit = companyos(example, "policy", "test", "internal-tools", "-o", "junit")
    assert junit.status == 1
    root = ET.fromstring(junit.out)  # noqa: S314 - our own report
    failed = [case.get("line") for case in root.iter("testcase") if len(case)]
    assert failed
    assert all(failed)


def test_a_bundle_without_tests_is_named(example: Path) -> None:
    """A typing error is no pass."""
    run = companyos(example, "policy", "test", "pilot-standrad")
    assert run.status == 2
    assert "pilot-standrad" in run.err
