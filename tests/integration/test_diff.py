"""`companyos diff` in real repositories: what it tells, and with which status."""

from __future__ import annotations

from pathlib import Path

import pytest

from git_clones import git
from platforms import BULK_EXPORT, PILOT_STANDARD, Platform, at

REGION_RULE = "    when: resource.data_region == subject.region\n"


def test_no_edit_has_no_effect(begun: Platform) -> None:
    """The work tree of a commit differs from it for nobody."""
    run = begun.do("diff", "HEAD", "--exit-code")
    assert run.out == "HEAD → the work tree\nno access and no flag answer changes\n"


def test_an_edit_is_told_before_it_is_committed(begun: Platform) -> None:
    """Without its region rule the export is gained, by whom and by which line."""
    begun.edit(PILOT_STANDARD, REGION_RULE, "")
    begun.edit(BULK_EXPORT, "percent: 25", "percent: 50")
    found = begun.do("diff", "HEAD", "-o", "json").json()
    (grant,) = (at(found, "access", 0),)
    assert at(grant, "direction") == "gained"
    assert at(grant, "action") == "dataset:export"
    assert at(grant, "roles") == [["Analyst"], ["CompanyAdmin"]]
    assert at(grant, "tenants") == ["pilot-a"]
    assert at(grant, "when") == (
        "resource.data_region != subject.region || !has(subject.region)"
    )
    assert at(grant, "before", "code") == "no_matching_rule"
    assert at(grant, "after", "rule") == "export-stays-in-region"
    text = (begun.root / PILOT_STANDARD).read_text().splitlines()
    line = at(grant, "after", "place", "line")
    assert isinstance(line, int)
    assert "export-stays-in-region" in text[line - 1]
    flag = at(found, "flags", "changed", 0)
    assert at(flag, "flag") == "bulk-export"
    assert at(flag, "tenants") == ["internal"]  # the pilots have overrides
    assert at(flag, "moves", 0, "share") == pytest.approx(0.25)


def test_the_example_of_the_page_is_what_is_said(begun: Platform) -> None:
    """Dropping the region rule and a larger rollout, as the page shows them."""
    page = Path(__file__).parents[2] / "docs/explanation/what-a-change-does.md"
    shown = page.read_text("utf-8").partition("```text\n")[2].partition("```")[0]
    begun.edit(PILOT_STANDARD, REGION_RULE, "")
    begun.edit(BULK_EXPORT, "percent: 25", "percent: 50")
    assert begun.do("diff", "origin/main").out == shown


def test_effects_answer_no_only_where_that_is_asked_for(begun: Platform) -> None:
    """As with git, `--exit-code` makes a difference the answer no."""
    begun.edit(PILOT_STANDARD, REGION_RULE, "")
    assert begun.run("diff", "HEAD").status == 0
    assert begun.run("diff", "HEAD", "--exit-code").status == 1


def test_what_governs_is_told_and_counts(begun: Platform) -> None:
    """No answer changes, and the remarks say what does: in each form, with status 1."""
    begun.edit("config/stages.yaml", "grace_seconds: 120", "grace_seconds: 600")
    (begun.root / "config/invariants.yaml").unlink()
    text = begun.run("diff", "HEAD", "--exit-code")
    assert text.status == 1
    assert "\nno access and no flag answer changes\n" in text.out
    page = begun.run("diff", "HEAD", "-o", "markdown").out
    found = begun.do("diff", "HEAD", "-o", "json").json()
    assert at(found, "has_effect") is True
    remarks = at(found, "remarks")
    assert isinstance(remarks, list)
    assert len(remarks) == 4
    for told in (
        "invariant `only-admins-update-settings` is gone",
        "invariant `exports-stay-in-region` is gone",
        "invariant `admins-are-never-locked-out` is gone",
        "stage `pilot`: `grace_seconds` 120 → 600 (config/stages.yaml:18)",
    ):
        assert f"  {told}\n" in text.out
        assert f"- {told}\n" in page
        assert told in remarks


def test_a_role_that_inherits_otherwise_names_its_line(begun: Platform) -> None:
    """No rule changed, so the reason of what changes is in the catalogue alone."""
    catalog = "config/catalog.yaml"
    begun.edit(catalog, "    inherits: [Analyst]\n", "    inherits: [Viewer]\n")
    line = line_of(begun, catalog, "inherits: [Viewer]", last=True)
    run = begun.run("diff", "HEAD")
    told = "role `CompanyAdmin` inherits otherwise: + Viewer, - Analyst"
    assert "- CompanyAdmin lose dataset:export" in run.out
    assert f"\n  {told} ({catalog}:{line})\n" in run.out


def test_a_flag_names_the_line_that_differs(begun: Platform) -> None:
    """A rule deep in the file, not the id in its second line."""
    begun.edit(BULK_EXPORT, '== "finance"', '== "legal"')
    line = line_of(begun, BULK_EXPORT, "when:")
    found = begun.do("diff", "HEAD", "-o", "json").json()
    place = {"file": BULK_EXPORT, "line": line}
    assert at(found, "flags", "changed", 0, "before") == place
    assert at(found, "flags", "changed", 0, "after") == place


def test_words_about_a_flag_are_not_its_change(begun: Platform) -> None:
    """A new description comes first in the file and moves nobody."""
    begun.edit(BULK_EXPORT, "description: Export", "description: Take out")
    begun.edit(BULK_EXPORT, "percent: 25", "percent: 50")
    line = line_of(begun, BULK_EXPORT, "percent:")
    assert f"at      {BULK_EXPORT}:{line}\n" in begun.run("diff", "HEAD").out


def test_a_flag_that_another_turns_off_says_which(begun: Platform) -> None:
    """Its own file is what it was; the reason is a line of another one."""
    opened = "config/flags/exports-open.yaml"
    begun.edit(opened, "default: true", "default: false")
    line = line_of(begun, opened, "default:")
    run = begun.run("diff", "HEAD")
    reason = f"exports-open now answers false ({opened}:{line})"
    # For `internal` by its share and for `pilot-a`, whose override it outweighs.
    assert run.out.count(f"\n      because {reason}\n") == 2
    page = begun.run("diff", "HEAD", "-o", "markdown").out
    assert f"<br>because `{reason}` |" in page
    found = begun.do("diff", "HEAD", "-o", "json").json()
    assert at(found, "flags", "changed", 0, "flag") == "bulk-export"
    assert at(found, "flags", "changed", 0, "because") == ["exports-open"]


def line_of(platform: Platform, file: str, part: str, *, last: bool = False) -> int:
    """Return the number of the first or last line that holds a text."""
    lines = (platform.root / file).read_text("utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if part in line]
    return found[-1 if last else 0]


def test_a_default_is_as_good_as_written(begun: Platform) -> None:
    """120 seconds of grace are what a stage has that names none."""
    begun.edit("config/stages.yaml", "    grace_seconds: 120\n", "")
    run = begun.run("diff", "HEAD", "--exit-code")
    assert (run.status, "stage" in run.out) == (0, False)


def test_invariants_that_cannot_be_read_are_told_so(begun: Platform) -> None:
    """They stop nobody from seeing what else a change does, and are told only once."""
    begun.edit("config/invariants.yaml", "invariants:", "invariants: [")
    run = begun.run("diff", "HEAD", "--exit-code")
    assert run.status == 1
    assert "`config/invariants.yaml` has errors, so what changes there" in run.out
    git(begun.root, "commit", "-qam", "broken")
    assert begun.run("diff", "HEAD", "--exit-code").status == 0


def test_two_commits_are_compared_without_the_work_tree(begun: Platform) -> None:
    """What is not committed is in neither."""
    before = git(begun.root, "rev-parse", "HEAD").strip()
    begun.edit(PILOT_STANDARD, REGION_RULE, "")
    git(begun.root, "commit", "-qam", "open")
    begun.edit(BULK_EXPORT, "percent: 25", "percent: 50")
    found = begun.do("diff", before, "HEAD", "-o", "json").json()
    assert at(found, "flags", "changed") == []
    assert len(str(at(found, "access", 0, "when"))) > 0


def test_what_a_stage_carries_can_be_the_base(released: Platform) -> None:
    """A stage and the release it was promoted from are the same."""
    assert released.do("diff", "--stage", "dev", "HEAD", "--exit-code").status == 0
    released.edit(PILOT_STANDARD, REGION_RULE, "")
    run = released.run("diff", "--stage", "dev", "--exit-code", "-o", "markdown")
    assert run.status == 1
    assert run.out.startswith("### What this change does: access: 1 gained\n")


def test_a_state_with_errors_cannot_be_compared(begun: Platform) -> None:
    """The errors are named, and nothing else is said."""
    begun.edit(PILOT_STANDARD, "extends: [base]", "extends: [bass]")
    run = begun.run("diff", "HEAD")
    assert (run.status, run.out) == (2, "")
    assert "bass" in run.err


def test_a_commit_with_errors_is_named(begun: Platform) -> None:
    """Work tree and `validate` are right, so the error says which side is not."""
    begun.edit(PILOT_STANDARD, "extends: [base]", "extends: [bass]")
    git(begun.root, "commit", "-qam", "broken")
    begun.edit(PILOT_STANDARD, "extends: [bass]", "extends: [base]")
    git(begun.root, "commit", "-qam", "mended")
    run = begun.run("diff", "HEAD~1", "HEAD")
    assert (run.status, run.out) == (2, "")
    assert f"the desired state of `HEAD~1` has errors: {PILOT_STANDARD}:" in run.err
    assert f"`git show HEAD~1:{PILOT_STANDARD}` shows the file" in run.err
    assert "companyos validate" not in run.err
    assert "bass" in git(begun.root, "show", f"HEAD~1:{PILOT_STANDARD}")


def test_a_commit_without_a_file_it_needs_is_named(begun: Platform) -> None:
    """Nothing is said of how to look at a file that is not there."""
    git(begun.root, "rm", "-q", "config/catalog.yaml")
    git(begun.root, "commit", "-qm", "gone")
    run = begun.run("diff", "HEAD", "HEAD~1")
    assert (run.status, run.out) == (2, "")
    assert "the desired state of `HEAD` has errors: config/catalog.yaml:" in run.err
    assert run.err.endswith("hint: name another commit\n")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("HEAD~2..HEAD", "HEAD~2 HEAD"),
        ("origin/main...fix", "origin/main fix"),
        ("HEAD~2..", "HEAD~2 HEAD"),
        ("..fix", "HEAD fix"),
    ],
)
def test_a_range_is_told_how_to_be_written(
    begun: Platform, word: str, meant: str
) -> None:
    """Git takes `BASE..HEAD`; here the two are words of their own."""
    run = begun.run("diff", word)
    assert (run.status, run.out) == (2, "")
    assert f"hint: write `companyos diff {meant}`" in run.err


@pytest.mark.parametrize(
    "words", [(), ("HEAD", "HEAD", "--stage", "dev"), ("no-such-commit",)]
)
def test_without_a_base_there_is_no_question(
    begun: Platform, words: tuple[str, ...]
) -> None:
    """Nothing to compare with, two bases and an unknown one are told apart."""
    run = begun.run("diff", *words)
    assert (run.status, run.out) == (2, "")
    assert "error: " in run.err


def test_a_broken_invariant_stops_a_release(begun: Platform) -> None:
    """`validate` names the invariant and the rule; a release of it is refused."""
    begun.edit(PILOT_STANDARD, REGION_RULE, "")
    run = begun.run("validate", "-o", "json")
    assert run.status == 1
    (finding,) = (at(run.json(), "findings", 0),)
    assert at(finding, "check") == "policy/invariant"
    assert "exports-stay-in-region" in str(at(finding, "message"))
    git(begun.root, "commit", "-qam", "open")
    assert begun.run("release", "build", "1.0.0", "--yes").status == 2
