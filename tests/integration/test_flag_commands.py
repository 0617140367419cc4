"""`companyos flags` as people use it: why, since when, where read, in and out."""

from __future__ import annotations

import json
from pathlib import Path

from platforms import Platform, at

FLAG = "config/flags/bulk-export.yaml"


def test_explain_ends_with_the_step_that_decided(begun: Platform) -> None:
    """An override decides before any rule or rollout is asked."""
    words = ("flags", "explain", "bulk-export", "--tenant", "pilot-b", "-o", "json")
    document = begun.do(*words).json()
    assert document["value"] is False
    assert at(document, "steps", -1, "name") == "override"
    assert begun.run(*words[:3], "--tenant", "nobody").status == 2


def test_answers_are_shown_for_every_tenant(begun: Platform) -> None:
    """Or for those that are named."""
    found = begun.do("flags", "answers", "-o", "json", "--tenant", "pilot-a").json()
    rows = found["flags"]
    assert isinstance(rows, list)
    answers = {at(row, "flag"): at(row, "tenants", "pilot-a", "value") for row in rows}
    assert answers["bulk-export"] is True
    assert answers["export-format"] == "application/jsonl"
    assert "pilot-b" in begun.do("flags", "answers").out


def test_answers_name_the_last_day_that_the_file_names(begun: Platform) -> None:
    """Not the day after it, on which the flag has expired."""
    [row] = [
        row
        for row in begun.do("flags", "answers").out.splitlines()
        if row.startswith("bulk-export ")
    ]
    assert row.split()[4] == "2027-12-31"


def test_blame_names_the_commit_since_which_an_answer_is_so(begun: Platform) -> None:
    """Commits that touch other files, or other tenants' answers, are not it."""
    begun.edit(FLAG, "pilot-b: false", "pilot-b: true")
    begun.publish("flags: open bulk-export for pilot-b")
    begun.edit(FLAG, "percent: 25", "percent: 30")
    begun.publish("flags: more subjects")
    begun.edit("config/tenants/pilot-b.yaml", "Pilot B", "Second pilot")
    begun.publish("tenants: a name")
    words = ("flags", "blame", "bulk-export", "-o", "json", "--tenant")
    found = begun.do(*words, "pilot-b").json()
    assert at(found, "commit", "subject") == "flags: open bulk-export for pilot-b"
    assert at(found, "before", "value") is False
    found = begun.do(*words, "pilot-a").json()
    assert found["before"] is None


def test_usage_finds_both_directions(begun: Platform, tmp_path: Path) -> None:
    """Flags that nobody reads and reads of what there is not; the answer is no."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "service.py").write_text(
        "from companyos.flags import boolean\n"
        'boolean("bulk-export", s, default=False)\n'
        'boolean("gone", s, default=False)\n',
        encoding="utf-8",
    )
    run = begun.run("flags", "usage", code, "-o", "json")
    assert run.status == 1
    document = run.json()
    assert at(document, "undefined", 0, "flag") == "gone"
    unread = document["unread"]
    assert isinstance(unread, list)
    assert "exports-open" in unread
    assert "bulk-export" not in unread


def test_flagd_gets_what_it_answers_alike(begun: Platform) -> None:
    """One that cannot be said is refused with its name and the reason."""
    run = begun.run("flags", "export", "--format", "flagd")
    assert run.status == 2
    assert "`export-page-size`: its date" in run.err
    named = begun.do("flags", "export", "--format", "flagd", "bulk-export")
    assert list(json.loads(named.out)["flags"]) == ["bulk-export"]


def test_a_refused_export_says_what_helps(begun: Platform) -> None:
    """Naming flags where none was named; leaving some out where others can be said."""
    words = ("flags", "export", "--format", "flagd")
    assert "name the flags to export" in begun.run(*words).err
    both = begun.run(*words, "bulk-export", "export-page-size").err
    assert "leave out what is refused" in both
    alone = begun.run(*words, "export-page-size").err
    assert "--format env" in alone
    assert "name the flags to export" not in alone


def test_env_and_manifest_are_written(begun: Platform) -> None:
    """A shell can read the one, OpenFeature's generator the other."""
    env = begun.do("flags", "export", "--format", "env", "--tenant", "pilot-a").out
    assert "FLAG_BULK_EXPORT=true\n" in env
    text = begun.do("flags", "export", "--format", "openfeature-manifest").out
    assert json.loads(text)["flags"]["export-page-size"] == {
        "flagType": "integer",
        "defaultValue": 100,
    }
    assert begun.run("flags", "export", "--format", "env").status == 2


def test_imported_flags_are_valid(begun: Platform, tmp_path: Path) -> None:
    """What is written passes `validate`; what is refused makes the answer no."""
    flag = {
        "state": "ENABLED",
        "variants": {"red": "r", "blue": "b"},
        "defaultVariant": "red",
        "targeting": {"fractional": [["red", 90], ["blue", 10]]},
    }
    other = {**flag, "targeting": {"if": []}}
    file = tmp_path / "flags.json"
    text = json.dumps({"flags": {"header_color": flag, "other": other}})
    file.write_text(text, encoding="utf-8")
    words = ("flags", "import", "--format", "flagd", "--owner", "team-data", file)
    assert "flag_id: header-color" in begun.run(*words, "--dry-run").out
    run = begun.run(*words)
    assert run.status == 1
    assert "refused `other`" in run.out
    assert (begun.root / "config/flags/header-color.yaml").is_file()
    begun.edit(
        "config/tenants/pilot-a.yaml", "[bulk-export,", "[header-color, bulk-export,"
    )
    begun.do("validate")
    assert begun.run(*words).status == 2


def test_imported_flags_leave_nothing_to_warn_of(
    begun: Platform, tmp_path: Path
) -> None:
    """Names that other readers of YAML take for booleans are quoted."""
    rollout = [{"variation": 1, "weight": 60_000}, {"variation": 0, "weight": 40_000}]
    flag = {
        "on": True,
        "salt": "abc",
        "variations": [True, False],
        "offVariation": 1,
        "fallthrough": {"rollout": {"variations": rollout}},
    }
    file = tmp_path / "flags.json"
    file.write_text(json.dumps({"flags": {"new-ui": flag}}), encoding="utf-8")
    words = ("flags", "import", "--format", "launchdarkly", "--owner", "team-data")
    begun.do(*words, "--kind", "release", "--expires", "2027-01-31", file)
    text = (begun.root / "config/flags/new-ui.yaml").read_text("utf-8")
    assert '"off": 60' in text
    assert "expires_at: 2027-01-31\n" in text
    begun.edit("config/tenants/pilot-a.yaml", "[bulk-export,", "[new-ui, bulk-export,")
    begun.do("validate", "--strict", "--today", "2027-01-01")


def test_an_import_refuses_a_kind_and_a_day_that_there_are_not(
    begun: Platform, tmp_path: Path
) -> None:
    """Before anything is written."""
    file = tmp_path / "flags.json"
    file.write_text('{"flags": {}}', encoding="utf-8")
    words = ("flags", "import", "--format", "flagd", "--owner", "team-data", file)
    other = begun.run(*words, "--kind", "releas")
    assert (other.status, "no kind `releas`" in other.err) == (2, True)
    never = begun.run(*words, "--expires", "2027-02-30")
    assert (never.status, "`2027-02-30` is no day" in never.err) == (2, True)
