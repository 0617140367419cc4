"""Compiling: the bytes services load, and that they depend on nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import check_cases
from companyos.config.compile import Compiled, compile_state
from companyos.config.governing import stages_of, trust_of
from companyos.config.load import load
from companyos.config.sources import read_folder
from companyos.digests import canonical_json, digest_of, strict_json
from companyos.errors import InvalidStateError, UsageError
from companyos.findings import Severity
from companyos.releases.entries import Part
from companyos.snapshot.snapshot import Snapshot

ROOT = Path(__file__).parents[4]
FLAG = "config/flags/checkout.yaml"
SIZES = "config/flags/page-size.yaml"


def flag(name: str, compiled: Compiled) -> dict[str, object]:
    """Return a compiled flag's record."""
    document = json.loads(compiled.components[Part.FLAGS])
    record: dict[str, object] = document["flags"][name]
    return record


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """Return the good base with one text replaced."""
    files = check_cases.base()
    assert old.encode() in files[path]
    return {**files, path: files[path].replace(old.encode(), new.encode())}


def test_the_example_is_valid_and_compiles() -> None:
    """`config/` has nothing to warn of and loads as services load it."""
    loaded = load(read_folder(ROOT), today=date(2026, 11, 23))
    assert {each.severity for each in loaded.findings} <= {Severity.INFO}
    parts = {str(p): data for p, data in compile_state(loaded).components.items()}
    snapshot = Snapshot.load(
        tenants=parts["tenants"], policies=parts["policies"], flags=parts["flags"]
    )
    assert set(snapshot.tenants) == {"internal", "pilot-a", "pilot-b"}


def test_the_scaffold_is_the_example() -> None:
    """What `companyos init` writes is `config/`, byte for byte."""
    shipped = read_folder(ROOT / "src" / "companyos_cli" / "scaffold")
    assert shipped == read_folder(ROOT)


def test_components_are_canonical_json() -> None:
    """A component's bytes are the one form its value has."""
    for data in compile_state(check_cases.base()).components.values():
        assert canonical_json(strict_json(data)) == data


@given(st.permutations(sorted(check_cases.base())))
def test_the_order_of_files_changes_no_byte(order: list[str]) -> None:
    """However the sources are ordered, the components are the same."""
    files = check_cases.base()
    turned = {path: files[path] for path in order}
    assert compile_state(turned) == compile_state(files)


def test_the_hash_seed_changes_no_byte() -> None:
    """Two processes with different seeds compile to the same digests."""
    program = (
        "import sys; sys.path[:0] = sys.argv[1:3]; import check_cases;"
        "from companyos.config.compile import compile_state;"
        "print(sorted(compile_state(check_cases.base()).digests.values()))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program, str(ROOT / "src"), str(ROOT / "tests")],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_reordering_lists_and_keys_moves_nobody() -> None:
    """Weights, tenants' flags and roles may be written in any order."""
    turned = changed(SIZES, "{small: 60, large: 40}", "{large: 40, small: 60}")
    assert (
        compile_state(turned).components == compile_state(check_cases.base()).components
    )


def test_a_state_with_errors_does_not_compile() -> None:
    """The error carries the findings."""
    files, expected = check_cases.bad("ref/unknown-policy")
    with pytest.raises(InvalidStateError) as caught:
        compile_state(files)
    assert [each.check for each in caught.value.findings] == [expected.check]


def test_a_warning_does_not_stop_compiling() -> None:
    """An expired flag compiles like any other."""
    files, _ = check_cases.bad("flag/expired")
    assert set(compile_state(files).components) == {
        Part.TENANTS,
        Part.POLICIES,
        Part.FLAGS,
    }


def test_roles_and_actions_are_written_out() -> None:
    """A rule names every role that inherits its roles, and every action of `type:*`."""
    files = changed("config/policies/common.yaml", '"report:read"', '"report:*"')
    document = json.loads(compile_state(files).components[Part.POLICIES])
    [rule] = document["bundles"]["common"]["rules"]
    assert rule["roles"] == ["Editor", "Viewer"]
    assert rule["actions"] == ["report:read", "report:write"]
    assert (rule["file"], rule["line"]) == ("config/policies/common.yaml", 6)


def test_conditions_are_compiled_trees() -> None:
    """The wire form is that of the checked tree, with its source for people."""
    document = json.loads(compile_state(check_cases.base()).components[Part.POLICIES])
    [rule] = document["bundles"]["standard"]["rules"]
    assert rule["when"] == [
        "==",
        ["get", ["var", "resource"], "data_region"],
        ["get", ["var", "subject"], "region"],
    ]
    assert rule["source"] == "resource.data_region == subject.region"


def test_a_percentage_gives_its_share_true_and_the_rest_the_default() -> None:
    """12.5 % are 12,500 thousandths."""
    record = flag("checkout", compile_state(check_cases.base()))
    assert record["rollout"] == {
        "by": "subject",
        "weights": [["on", 12500], ["off", 87500]],
    }


def test_a_percentage_of_a_flag_that_is_on_gives_everybody_true() -> None:
    """A variant is named once, with all it gets."""
    record = flag(
        "checkout", compile_state(changed(FLAG, "default: false", "default: true"))
    )
    assert record["rollout"] == {"by": "subject", "weights": [["on", 100000]]}


@pytest.mark.parametrize(
    ("written", "compiled"),
    [
        ("true", {"serve": {"variant": "on"}, "until": None, "reason": ""}),
        ("'off'", {"serve": {"variant": "off"}, "until": None, "reason": ""}),
        (
            "{value: false, until: 2027-01-31, reason: CHG-1}",
            {
                "serve": {"variant": "off"},
                "until": "2027-02-01T00:00:00Z",
                "reason": "CHG-1",
            },
        ),
        (
            "{rollout: {percent: 50, by: tenant}}",
            {
                "serve": {
                    "split": {
                        "by": "tenant",
                        "weights": [["on", 50000], ["off", 50000]],
                    }
                },
                "until": None,
                "reason": "",
            },
        ),
    ],
)
def test_short_and_long_overrides_have_one_compiled_form(
    written: str, compiled: dict[str, object]
) -> None:
    """Every way to write an override says what is served, until when and why."""
    files = changed(FLAG, "acme: true", f"acme: {written}")
    assert flag("checkout", compile_state(files))["overrides"] == {"acme": compiled}


def test_a_date_is_compiled_to_the_moment_after_its_day() -> None:
    """The day named is the last one."""
    record = flag("checkout", compile_state(check_cases.base()))
    assert record["expires_at"] == "2027-02-01T00:00:00Z"


def test_stages_keep_their_order_and_the_digest_of_their_file() -> None:
    """The order is that of promotion."""
    files = check_cases.base()
    stages = stages_of(files)
    assert list(stages.stages) == ["test", "live"]
    assert stages.stages["live"].after == "test"
    assert stages.digest == digest_of(files["config/stages.yaml"])
    assert (stages.log.branch, stages.log.remote) == ("main", "origin")


def test_trust_is_what_the_signers_file_says() -> None:
    """Ids, people and grants are taken over as written."""
    trust = trust_of(check_cases.base())
    assert trust.root_threshold == 1
    assert trust.signers["first"].may == {"root", "release"}


def test_stages_and_signers_need_their_own_file_only() -> None:
    """Other files may be broken; a missing or broken file of their own is told."""
    files = check_cases.base()
    broken = {**files, "config/tenants/acme.yaml": b"["}
    assert stages_of(broken) == stages_of(files)
    with pytest.raises(InvalidStateError):
        stages_of({"config/stages.yaml": b"["})
    with pytest.raises(UsageError):
        trust_of({})
