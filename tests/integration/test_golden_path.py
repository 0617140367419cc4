"""The way of a release, by the real command: from an empty folder to a rollback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_runs import Run, companyos
from git_clones import git
from platforms import PARTS, PILOT_B, STAGES, Platform, at, release

INVOICES = (
    '{"id": "invoices",'
    ' "attributes": {"data_region": "eu", "classification": "internal"}}'
)


def roll_back(platform: Platform, *words: str) -> Run:
    """Take pilot back."""
    return platform.run(
        "rollback", "pilot", "--reason", "too slow", "--confirm", "pilot", *words
    )


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder's version in use, name to bytes."""
    return {path.name: path.read_bytes() for path in (folder / "current").iterdir()}


def test_init_writes_a_valid_desired_state_and_commits_nothing(tmp_path: Path) -> None:
    """An empty folder becomes a repository whose files wait to be looked at."""
    run = companyos(tmp_path, "init", "here", "-o", "json")
    assert run.status == 0, run
    root = tmp_path / "here"
    written = run.json()["files"]
    assert isinstance(written, list)
    assert all((root / str(path)).is_file() for path in written)
    assert git(root, "rev-parse", "--verify", "-q", "HEAD", check=False) == ""
    assert (root / ".git/companyos/key.pem").stat().st_mode & 0o777 == 0o600
    assert companyos(root, "validate").status == 0
    assert companyos(tmp_path, "init", "here").status == 2


def test_the_log_starts_with_who_may_sign_and_only_once(begun: Platform) -> None:
    """Entry 0 pins the signers; starting again finds it there."""
    again = begun.do("trust", "init", "-o", "json").json()
    assert again["size"] == 1
    assert set(at(again, "signers", "owner", "may")) == {  # type: ignore[arg-type]  # a list
        *("root", "release", "promote:*", "rollback:*")
    }
    assert begun.log() == ["trust: who may sign what"]
    assert begun.tags() == []


def test_a_release_is_made_again_from_its_commit(released: Platform) -> None:
    """`release verify` compiles the commit anew and hashes the files at hand."""
    run = released.do("release", "verify", "1.0.0", "-o", "json").json()
    assert at(run, "components") == "match"
    assert at(run, "artifacts", "api") == "matches"


def test_a_release_goes_from_stage_to_stage(released: Platform) -> None:
    """Each step is one entry and one tag; `status` says what is where."""
    for name in ("staging", "pilot"):
        assert released.versions("dev") == dict.fromkeys(PARTS, "1.0.0")
        released.do("promote", "1.0.0", "--to", name, "--confirm", name)
        assert released.versions(name) == dict.fromkeys(PARTS, "1.0.0")
    assert released.log()[-2:] == ["staging: v1.0.0", "pilot: v1.0.0"]
    assert set(released.tags()) == {
        *("release/1.0.0", "promote/dev/2", "promote/staging/3", "promote/pilot/4")
    }


def test_a_promotion_that_is_done_is_found(released: Platform) -> None:
    """Promoting what is there already says so, ends well and adds nothing."""
    before = released.log()
    run = released.do("promote", "1.0.0", "--to", "dev", "--yes", "-o", "json")
    assert run.json()["outcome"] == "already"
    assert released.log() == before


def test_a_dry_run_changes_nothing(released: Platform) -> None:
    """It shows the plan and stops, without asking."""
    before = released.log()
    run = released.do("promote", "1.0.0", "--to", "staging", "-n", "-o", "json")
    assert run.json()["outcome"] == "planned"
    assert released.log() == before


def test_what_services_load_is_the_same_from_any_clone(
    upgraded: Platform, tmp_path: Path
) -> None:
    """`sync` here and `bundle` offline elsewhere write the very same bytes."""
    synced, bundled = tmp_path / "synced", tmp_path / "bundled"
    words = ("sync", "--stage", "pilot", "--once", "--out", synced, "-o", "json")
    assert upgraded.do(*words).json()["changed"] is True
    assert upgraded.do(*words).json()["changed"] is False
    clone = upgraded.clone()
    upgraded.remote.rename(upgraded.folder / "gone.git")
    run = companyos(clone, "bundle", "--stage", "pilot", "--out", bundled)
    assert run.status == 0, run
    assert files(synced) == files(bundled)
    assert set(files(synced)) == {f"{name}.json" for name in ("manifest", *PARTS[1:])}
    assert companyos(clone, "status").status == 3
    assert companyos(clone, "status", "--offline").status == 0


def test_three_tenants_are_decided_differently(upgraded: Platform) -> None:
    """The same person by name, the same dataset, three policy bundles."""
    question = ("--subject", "con", "--action", "dataset:export")
    answers = {
        tenant: upgraded.run(
            *("authz", "decide", "--tenant", tenant, *question),
            *("--resource", INVOICES, "--stage", "pilot", "-o", "json"),
        )
        for tenant in ("internal", "pilot-a", "pilot-b")
    }
    statuses = {tenant: run.status for tenant, run in answers.items()}
    assert statuses == {"internal": 0, "pilot-a": 0, "pilot-b": 1}
    assert {run.json()["policy_bundle"] for run in answers.values()} == {
        *("internal-tools", "pilot-standard", "pilot-restricted")
    }
    denied = answers["pilot-b"].json()
    assert (denied["code"], denied["rule"]) == (
        *("deny_rule", "contractors-export-nothing"),
    )
    assert str(denied["place"]).startswith("config/policies/pilot-restricted.yaml:")


def test_three_tenants_get_different_flags(upgraded: Platform) -> None:
    """Overrides, variants and taking part at all differ from tenant to tenant."""
    asked = {
        (flag, tenant): upgraded.do(
            *("flags", "eval", flag, "--tenant", tenant, "--stage", "pilot"),
            *("-o", "json"),
        ).json()["value"]
        for flag, tenant in (
            *(("bulk-export", tenant) for tenant in ("pilot-a", "pilot-b")),
            *(("export-format", tenant) for tenant in ("internal", "pilot-b")),
        )
    }
    assert asked == {
        ("bulk-export", "pilot-a"): True,
        ("bulk-export", "pilot-b"): True,
        ("export-format", "internal"): "text/csv",
        ("export-format", "pilot-b"): "application/jsonl",
    }


def test_a_commit_and_the_stages_are_asked_by_name(upgraded: Platform) -> None:
    """`--ref` answers as of a commit: before the second release, pilot-b was off."""
    words = ("flags", "eval", "bulk-export", "--tenant", "pilot-b", "-o", "json")
    assert upgraded.do(*words, "--ref", "release/1.0.0").json()["value"] is False
    assert upgraded.do(*words, "--ref", "release/1.1.0").json()["value"] is True
    assert upgraded.run(*words, "--ref", "HEAD", "--stage", "dev").status == 2
    assert upgraded.run(*words, "--ref", "no-such-thing").status == 2


def test_a_person_is_another_in_another_tenant(begun: Platform) -> None:
    """The tenant is part of the key: same name, other department and region."""
    found = {
        tenant: begun.do("identity", "get", tenant, "cleo", "-o", "json").json()
        for tenant in ("internal", "pilot-b")
    }
    assert {tenant: one["region"] for tenant, one in found.items()} == {
        "internal": "eu",
        "pilot-b": "us",
    }
    nobody = begun.run("identity", "get", "pilot-a", "nobody", "-o", "json")
    assert (nobody.status, nobody.json()["outcome"]) == (1, "not_found")


@pytest.mark.parametrize(
    "part",
    [
        "flags",
        *(
            pytest.param(part, marks=pytest.mark.slow)
            for part in ("artifacts", "tenants", "policies")
        ),
    ],
)
def test_one_part_of_a_release_goes_back_alone(upgraded: Platform, part: str) -> None:
    """The others stay, the entry says which went, and services get the composition."""
    assert roll_back(upgraded, "--only", part).status == 0
    expected = {**dict.fromkeys(PARTS, "1.1.0"), part: "1.0.0"}
    assert upgraded.versions("pilot") == expected
    assert upgraded.versions("staging") == dict.fromkeys(PARTS, "1.1.0")
    assert upgraded.log()[-1] == f"pilot: roll back {part} to v1.0.0"
    out = upgraded.folder / "out"
    upgraded.do("bundle", "--stage", "pilot", "--out", out)
    manifest = json.loads(files(out)["manifest.json"])
    carried = {name: at(manifest, "components", name, "release") for name in PARTS[1:]}
    assert carried == {name: expected[name] for name in PARTS[1:]}


def test_rolled_back_flags_answer_as_they_did(upgraded: Platform) -> None:
    """What was switched on with 1.1.0 is off again, and tenants stay 1.1.0's."""
    words = ("flags", "eval", "bulk-export", "--tenant", "pilot-b", "--stage", "pilot")
    assert upgraded.do(*words, "-o", "json").json()["value"] is True
    assert roll_back(upgraded, "--only", "flags").status == 0
    assert upgraded.do(*words, "-o", "json").json()["value"] is False


@pytest.mark.parametrize(
    "part", ["policies", pytest.param("tenants", marks=pytest.mark.slow)]
)
def test_parts_that_do_not_fit_together_are_refused(
    upgraded: Platform, part: str
) -> None:
    """A bundle that was renamed with its tenant cannot go back without it."""
    old = "config/policies/pilot-restricted.yaml"
    git(upgraded.root, "mv", old, "config/policies/pilot-strict.yaml")
    upgraded.edit(
        "config/policies/pilot-strict.yaml", "id: pilot-restricted", "id: pilot-strict"
    )
    upgraded.edit(PILOT_B, "ref: pilot-restricted", "ref: pilot-strict")
    upgraded.publish("a better name")
    release(upgraded, "1.2.0")
    upgraded.promote("1.2.0", *STAGES)
    before = upgraded.log()
    run = roll_back(upgraded, "--only", part, "-o", "json")
    assert run.status == 1
    assert run.json()["outcome"] == "refused"
    assert "do not fit together" in str(run.json()["reason"])
    assert "config/" in str(run.json()["reason"])
    assert upgraded.log() == before
    assert roll_back(upgraded, "--only", "policies", "--only", "tenants").status == 0


def test_a_whole_rollback_holds_what_it_left(upgraded: Platform) -> None:
    """It is back at the earlier release, and the later one cannot come by promotion."""
    assert roll_back(upgraded).status == 0
    assert upgraded.versions("pilot") == dict.fromkeys(PARTS, "1.0.0")
    run = upgraded.run("promote", "1.1.0", "--to", "pilot", "--confirm", "pilot")
    assert run.status == 1
    assert "held at pilot since entry 9: too slow" in run.out
    assert upgraded.run("log", "verify").status == 0


def test_the_log_tells_who_did_what(played: Platform) -> None:
    """Newest last, every entry with its kind, signer and place."""
    document = played.do("log", "show", "--limit", "3", "-o", "json").json()
    assert document["size"] == 10
    entries = document["entries"]
    assert isinstance(entries, list)
    assert [at(each, "index") for each in entries] == [7, 8, 9]
    assert {at(each, "actor") for each in entries} == {"owner"}
    assert at(entries[-1], "kind") == "rollback"


@pytest.mark.slow
def test_without_a_remote_the_log_has_a_branch_of_its_own(tmp_path: Path) -> None:
    """The same way of a release in one clone alone; the checked-out branch stays."""
    assert companyos(tmp_path, "init").status == 0
    git(tmp_path, "add", "config", "schemas")
    git(tmp_path, "commit", "-q", "-m", "desired state")
    head = git(tmp_path, "rev-parse", "HEAD")
    for words in (
        ("trust", "init"),
        ("release", "build", "1.0.0"),
        ("promote", "1.0.0", "--to", "dev", "--yes"),
        ("promote", "1.0.0", "--to", "staging", "--yes"),
        ("log", "verify"),
        ("status",),
    ):
        run = companyos(tmp_path, *words)
        assert run.status == 0, run
    assert git(tmp_path, "rev-parse", "HEAD") == head
    assert git(tmp_path, "log", "--format=%s", "releases").splitlines() == [
        *("staging: v1.0.0", "dev: v1.0.0", "release: v1.0.0"),
        "trust: who may sign what",
    ]
    elsewhere = tmp_path / "elsewhere"
    git(tmp_path, "clone", "-q", str(tmp_path), str(elsewhere))
    run = companyos(elsewhere, "log", "verify", "-o", "json")
    assert (run.status, run.json()["size"]) == (0, 4), run


def test_two_work_trees_of_one_clone_share_key_and_log(released: Platform) -> None:
    """From the second, a release is promoted, and the first sees it at once."""
    second = released.folder / "second"
    git(released.root, "worktree", "add", "-q", "-b", "side", str(second))
    run = companyos(second, "promote", "1.0.0", "--to", "staging", "--yes")
    assert run.status == 0, run
    assert released.versions("staging") == dict.fromkeys(PARTS, "1.0.0")
    assert companyos(second, "log", "verify").status == 0
    assert git(second, "status", "--porcelain") == ""


def test_the_command_finds_the_repository_from_within(released: Platform) -> None:
    """From any folder below, and from anywhere with `--repo`."""
    assert companyos(released.root / "config/flags", "status").status == 0
    assert companyos(released.folder, "--repo", released.root, "status").status == 0
