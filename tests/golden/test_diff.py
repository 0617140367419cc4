"""How a diff looks in a terminal, on a pull request and to programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from companyos.authz.model import ReasonCode
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
from companyos.diff import (
    AccessChange,
    Decider,
    Direction,
    FieldChange,
    FlagChange,
    FlagMove,
    StateDiff,
    TenantChange,
    Transition,
)
from companyos.diff.cover import ALWAYS
from companyos.findings import Place
from companyos_cli.console import Role
from companyos_cli.render.diff_json import diff_json
from companyos_cli.render.diff_markdown import LENGTH_MAX, diff_markdown
from companyos_cli.render.diff_text import WIDTH, diff_text

GOLDEN = Path(__file__).parent / "diff"
NAMES = ("origin/main", "the work tree")
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
    remarks=("role `Guest` is no longer declared: who has it is denied everything",),
)
NOTHING = StateDiff("sha256:1", "sha256:1", (), (), (), (), (), (), (), ())


def plain(text: str, _role: Role) -> str:
    """Return text without colour."""
    return text


def test_a_diff_as_text() -> None:
    """Tenants, flags, access with rule and line on both sides, and what is doubted."""
    wanted = (GOLDEN / "diff.txt").read_text("utf-8")
    assert diff_text(DIFF, NAMES, plain) + "\n" == wanted


def test_a_diff_as_markdown() -> None:
    """A summary line, then one folded table for each kind of effect."""
    wanted = (GOLDEN / "diff.md").read_text("utf-8")
    assert diff_markdown(DIFF, NAMES) == wanted


def test_a_diff_as_json() -> None:
    """The versioned document has every tenant and every condition."""
    wanted = json.loads((GOLDEN / "diff.json").read_text("utf-8"))
    small = replace(DIFF, access=(replace(GAINED, tenants=("pilot-a",)), LOST))
    assert json.loads(json.dumps(diff_json(small, NAMES))) == wanted


def test_text_fits_a_hundred_columns() -> None:
    """No line is wider than that, however many are concerned."""
    assert max(map(len, diff_text(DIFF, NAMES, plain).splitlines())) <= WIDTH


def test_no_effect_is_said() -> None:
    """Nothing to tell is one sentence in either form."""
    assert diff_text(NOTHING, NAMES, plain) == (
        "origin/main → the work tree\nno effect on anybody"
    )
    assert diff_markdown(NOTHING, NAMES).startswith(
        "### What this change does: no effect on anybody\n"
    )


def test_a_comment_is_never_too_long() -> None:
    """Thousands of changes are cut off between lines, and no block is left open."""
    many = tuple(
        replace(GAINED, action=f"dataset:export-{number}", tenants=MANY[:4])
        for number in range(3000)
    )
    doubts = tuple(f"{'why ' * 300}{number}" for number in range(60))
    text = diff_markdown(replace(DIFF, access=many, remarks=doubts), NAMES)
    assert len(text.encode()) <= LENGTH_MAX + 200
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("name", ["a`b", "`", "a|b", "<img src=x>", "a\nb"])
def test_what_files_say_stays_in_its_cell(name: str) -> None:
    """Backticks, pipes, tags and line ends of a name change no table."""
    text = diff_markdown(replace(NOTHING, tenants_added=(name,)), NAMES)
    (row,) = [line for line in text.splitlines() if line.endswith("| added |")]
    assert row.replace("\\|", "").count("|") == 5
