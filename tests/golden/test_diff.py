"""How a diff looks in a terminal, on a pull request and to programs.

Two kinds of expectation, both written by hand. `two-states` says what must be told of
the change from `diff/before` to `diff/after`: worked out from the two desired states,
rule by rule and flag by flag. `odd-values` says how values look that no small state
would give.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from companyos.authz.vocabulary import ReasonCode
from companyos.conditions.tree import (
    Compare,
    Comparison,
    Has,
    Literal,
    Not,
    Or,
    Select,
    Variable,
)
from companyos.config.compile import compile_state
from companyos.diff import (
    AccessChange,
    Decider,
    Direction,
    FieldChange,
    FlagChange,
    FlagMove,
    Remark,
    StateDiff,
    TenantChange,
    Transition,
    compare,
)
from companyos.diff.cover import ALWAYS
from companyos.digests import JSONValue
from companyos.findings import Place
from companyos.releases.entries import Part
from companyos.snapshot import Snapshot
from companyos_cli.console import Role
from companyos_cli.render.diff_json import diff_json
from companyos_cli.render.diff_markdown import LENGTH_MAX, diff_markdown
from companyos_cli.render.diff_text import WIDTH, diff_text

GOLDEN = Path(__file__).parent / "diff"
NAMES = ("origin/main", "the work tree")
STATES = ("before", "after")
IN_BOTH = {"regions.yaml", "signers.yaml", "stages.yaml"}
SUBJECT = Variable("subject")
DATA_REGION = Select(Variable("resource"), "data_region")
ABROAD = Or(
    Compare(Comparison.NE, DATA_REGION, Select(SUBJECT, "region")),
    Not(Has(SUBJECT, "region")),
)
CONTRACTOR = Compare(
    Comparison.EQ,
    Select(Select(SUBJECT, "attributes"), "employment_type"),
    Literal("contractor"),
)
STANDARD = "config/policies/pilot-standard.yaml"
SILENT = Decider(ReasonCode.NO_MATCHING_RULE)
EXPORT = Decider(ReasonCode.ALLOW_RULE, "export-in-region", Place(STANDARD, 12))
CONTRACTORS = Decider(ReasonCode.DENY_RULE, "contractors", Place(STANDARD, 20))
MANY = tuple(f"tenant-{number}" for number in range(1000))

GAINED = AccessChange(
    direction=Direction.GAINED,
    action="dataset:export",
    holders=(("Analyst",), ("CompanyAdmin",)),
    tenants=MANY,
    when=ABROAD,
    before=SILENT,
    after=EXPORT,
    example={"resource.data_region": "eu", "subject.attributes.country": "US"},
)
LOST = AccessChange(
    direction=Direction.LOST,
    action="dataset:export",
    holders=(("Analyst", "Viewer"),),
    tenants=("pilot-a",),
    when=None,
    before=EXPORT,
    after=CONTRACTORS,
    example={"subject.attributes.employment_type": None},
    inexact=("there are 300000 classes; a part was looked at",),
)
ROLLOUT = FlagChange(
    flag_id="bulk-export",
    tenants=("pilot-a", "pilot-b"),
    taking_part=True,
    moves=(
        FlagMove(CONTRACTOR, 0.25, (Transition(False, True, 0.25),), False),
        FlagMove(
            ALWAYS, 0.6,
            (Transition(100, 1000, 0.3), Transition(1000, 100, 0.3)), True,
        ),
    ),
    before=Place("config/flags/bulk-export.yaml", 2),
    after=Place("config/flags/bulk-export.yaml", 2),
)  # fmt: skip
OUTSIDE = FlagChange(
    flag_id="exports-open",
    tenants=("internal",),
    taking_part=False,
    moves=(FlagMove(ALWAYS, 1.0, (Transition(True, None, 1.0),), False),),
    before=Place("config/flags/exports-open.yaml", 2),
    after=None,
)
DIFF = StateDiff(
    before_root="sha256:1",
    after_root="sha256:2",
    tenants_added=("pilot-c",),
    tenants_removed=("old | tenant",),
    tenants_changed=(
        TenantChange("pilot-b", (FieldChange("data_region", "us", "eu"),)),
    ),
    flags_added=(),
    flags_removed=("exports-open",),
    flags=(ROLLOUT, OUTSIDE),
    access=(GAINED, LOST),
    remarks=(Remark("role `Guest` is new: nobody gains or loses by it", False),),
    doubts=("dataset:export: there are 300000 classes; a part was looked at",),
)
NOTHING = StateDiff("sha256:1", "sha256:1", (), (), (), (), (), (), (), ())


def plain(text: str, _role: Role) -> str:
    """Return text without colour."""
    return text


@pytest.fixture(scope="module")
def two_states() -> StateDiff:
    """Return what the change from one written state to the other does."""
    before, after = (snapshot_of(name) for name in STATES)
    return compare(before, after, now=datetime(2026, 6, 1, tzinfo=UTC))


def snapshot_of(name: str) -> Snapshot:
    """Return a state; what is the same in both is written once, in the first."""
    files = {
        path.relative_to(GOLDEN / folder).as_posix(): path.read_bytes()
        for folder in dict.fromkeys((STATES[0], name))
        for path in (GOLDEN / folder).rglob("*.yaml")
        if folder == name or path.name in IN_BOTH
    }
    made = compile_state(files).components
    return Snapshot.load(
        tenants=made[Part.TENANTS],
        policies=made[Part.POLICIES],
        flags=made[Part.FLAGS],
    )


def test_two_states_as_text(two_states: StateDiff) -> None:
    """Who gains, who loses, whose flags turn, and by which line."""
    wanted = (GOLDEN / "two-states.txt").read_text("utf-8")
    assert diff_text(two_states, STATES, plain) + "\n" == wanted


def test_two_states_as_markdown(two_states: StateDiff) -> None:
    """The same in tables; a title counts flags and tenants, not rows."""
    wanted = (GOLDEN / "two-states.md").read_text("utf-8")
    assert diff_markdown(two_states, STATES) == wanted


def test_two_states_as_json(two_states: StateDiff) -> None:
    """The same in full, but for what nobody can write down in advance."""
    wanted = json.loads((GOLDEN / "two-states.json").read_text("utf-8"))
    told = json.loads(json.dumps(diff_json(two_states, STATES)))
    assert told["base"]["root"] != told["head"]["root"]
    assert settled(told) == wanted


def settled(value: JSONValue) -> JSONValue:
    """Return a document with shares as people write them, and any digest as one word.

    A share is a number of 32-bit intervals, so 15 % is 0.15 only to nine digits. An
    example of all texts but one is any other text.
    """
    if isinstance(value, Mapping):
        return {key: settled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [settled(each) for each in value]
    if isinstance(value, float):
        return round(value, 8)
    if value == "other":
        return "any other text"
    if isinstance(value, str) and re.fullmatch(r"sha256:[0-9a-f]{64}", value):
        return "ROOT"
    return value


def test_odd_values_as_text() -> None:
    """A thousand tenants, a missing example value, doubts, and a pipe in a name."""
    wanted = (GOLDEN / "odd-values.txt").read_text("utf-8")
    assert diff_text(DIFF, NAMES, plain) + "\n" == wanted


def test_odd_values_as_markdown() -> None:
    """The same in tables, where a pipe would end a cell."""
    wanted = (GOLDEN / "odd-values.md").read_text("utf-8")
    assert diff_markdown(DIFF, NAMES) == wanted


def test_odd_values_as_json() -> None:
    """The same for programs: nothing is put in words."""
    wanted = json.loads((GOLDEN / "odd-values.json").read_text("utf-8"))
    small = replace(DIFF, access=(replace(GAINED, tenants=("pilot-a",)), LOST))
    assert json.loads(json.dumps(diff_json(small, NAMES))) == wanted


def test_what_is_not_proved_is_not_called_nothing() -> None:
    """The first line says so, and programs are told that it is not exact."""
    diff = replace(NOTHING, doubts=("dataset:read: two lists are compared",))
    head, summary, *rest = diff_text(diff, NAMES, plain).splitlines()
    assert head == "origin/main → the work tree"
    assert "not all is proved" in summary
    assert rest[-1] == "  dataset:read: two lists are compared"
    document = diff_json(diff, NAMES)
    assert document["exact"] is False
    assert document["has_effect"] is False
    assert "not all is proved" in diff_markdown(diff, NAMES)


def test_text_fits_a_hundred_columns(two_states: StateDiff) -> None:
    """No line is wider than that, nor ends in a blank, however many are concerned."""
    for diff in (DIFF, two_states):
        lines = diff_text(diff, NAMES, plain).splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert [line for line in lines if line != line.rstrip()] == []


def test_no_effect_is_said() -> None:
    """Nothing to tell is one sentence in either form."""
    assert diff_text(NOTHING, NAMES, plain) == (
        "origin/main → the work tree\nno access and no flag answer changes"
    )
    assert diff_markdown(NOTHING, NAMES).startswith(
        "### What this change does: no access and no flag answer changes\n"
    )


def test_a_role_that_comes_or_goes_is_told_in_front_of_the_reason() -> None:
    """On the side without it, in text and in Markdown; programs read `lacks_role`."""
    without = replace(SILENT, lacks_role=True)
    diff = replace(
        NOTHING,
        access=(replace(GAINED, before=without), replace(LOST, after=without)),
    )
    text, page = diff_text(diff, NAMES, plain), diff_markdown(diff, NAMES)
    assert "      before  new role: no matching rule\n" in text
    assert "      after   role gone: no matching rule" in text
    assert "| `new role: no matching rule` |" in page
    assert "| `role gone: no matching rule` |" in page
    access = json.loads(json.dumps(diff_json(diff, NAMES)))["access"]
    assert [access[0]["before"]["lacks_role"], access[0]["after"]["lacks_role"]] == [
        True,
        False,
    ]


def test_a_comment_is_never_too_long() -> None:
    """Thousands of changes are cut off between lines, and no block is left open."""
    many = tuple(
        replace(GAINED, action=f"dataset:export-{number}", tenants=MANY[:4])
        for number in range(3000)
    )
    doubts = tuple(Remark(f"{'why ' * 300}{n}", False) for n in range(60))
    text = diff_markdown(replace(DIFF, access=many, remarks=doubts), NAMES)
    assert len(text.encode()) <= LENGTH_MAX + 200
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("name", ["a`b", "`", "a|b", "<img src=x>", "a\nb"])
def test_what_files_say_stays_in_its_cell(name: str) -> None:
    """Backticks, pipes, tags and line ends of a name change no table."""
    text = diff_markdown(replace(NOTHING, tenants_added=(name,)), NAMES)
    (row,) = [line for line in text.splitlines() if line.endswith("| added |")]
    assert row.replace("\\|", "").count("|") == 5
