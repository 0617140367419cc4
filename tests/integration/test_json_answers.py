"""`-o json` of every command: one document with its schema, whatever the answer is."""

from __future__ import annotations

import json
import shlex

import pytest

from platforms import Platform, release

ANA = "--subject ana --action dataset:export --resource"
INVOICES = """'{"attributes": {"data_region": "eu", "classification": "internal"}}'"""
NOWHERE = "--service settings=http://127.0.0.1:9/state"

ANSWERS = [
    (0, "findings", "validate"),
    (2, "error", "validate no-such-folder"),
    (2, "error", "validate --today yesterday"),
    (0, "diff", "diff HEAD"),
    (1, "diff", "diff --stage pilot release/1.0.0 --exit-code"),
    (2, "error", "diff"),
    (0, "decision", f"authz decide --tenant pilot-a {ANA} {INVOICES}"),
    (1, "decision", f"authz decide --tenant nobody {ANA} {INVOICES}"),
    (2, "error", f"authz decide --tenant pilot-a {ANA} '{{'"),
    (2, "error", f"authz decide --tenant pilot-a {ANA} '[]'"),
    (2, "error", f"authz decide --tenant pilot-a {ANA} '{{\"colour\": 1}}'"),
    (0, "evaluation", "flags eval bulk-export --tenant pilot-a"),
    (2, "error", "flags eval no-such-flag --tenant pilot-a"),
    (2, "error", "flags eval bulk-export --tenant nobody"),
    (2, "error", "flags eval bulk-export --tenant pilot-a --at noon"),
    (2, "error", "flags eval bulk-export --tenant pilot-a --at 2027-01-31T12:00:00"),
    (0, "subject", "identity get pilot-a ana"),
    (1, "subject", "identity get pilot-a nobody"),
    (0, "release-plan", "release build 3.0.0 --dry-run"),
    (0, "release", "release build 3.0.1"),
    (2, "error", "release build three"),
    (2, "error", "release build 3.0.2 --artifact api=nowhere"),
    (2, "error", "release build 3.0.2 --artifact api=oci:api:latest"),
    (0, "releases", "release list"),
    (0, "release", "release show 1.0.0"),
    (2, "error", "release show 9.9.9"),
    (0, "release-verification", "release verify 1.2.0"),
    (0, "release-verification", "release verify 1.0.0"),
    (0, "move", "promote 1.2.0 --to dev --yes --dry-run"),
    (0, "move", "promote 1.1.0 --to pilot --confirm pilot"),
    (1, "move", "promote 1.2.0 --to pilot --confirm pilot"),
    (2, "error", "promote 1.2.0 --to moon --yes"),
    (2, "error", "promote 1.2.0 --to dev"),
    (0, "move", "rollback pilot --reason x --dry-run"),
    (1, "move", "rollback pilot --reason x --to 1.2.0 --confirm pilot"),
    (2, "error", "rollback pilot --reason x --yes"),
    (0, "status", "status"),
    (0, "log", "log show"),
    (0, "log-verification", "log verify"),
    (3, "drift", f"drift report --stage pilot {NOWHERE}"),
    (2, "error", "drift report --stage moon"),
    (2, "error", "drift report --stage pilot --service settings"),
    (0, "sync", "sync --stage pilot --once --out run/pilot"),
    (0, "sync", "bundle --stage pilot --out run/bundle"),
    (2, "error", "bundle --stage moon --out run/moon"),
    (2, "error", "bundle --stage pilot --out config/stages.yaml"),
    (2, "error", "init"),
    (0, "trust", "trust init"),
    (0, "key", "keys generate --no-passphrase --out run/new.pem"),
    (2, "error", "keys generate --no-passphrase"),
    (2, "error", "keys generate --out run/other.pem"),
    (0, "schemas", "schema export --out run/schemas"),
    (0, "doctor", "doctor"),
]


@pytest.fixture(scope="module")
def asked(
    upgraded_platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> Platform:
    """Return a platform whose newest release is at no stage, for many questions."""
    platform = upgraded_platform.copy(tmp_path_factory.mktemp("asked") / "copy")
    release(platform, "1.2.0")
    return platform


@pytest.mark.parametrize(("status", "schema", "line"), ANSWERS)
def test_every_command_answers_programs_with_one_document(
    asked: Platform, status: int, schema: str, line: str
) -> None:
    """One JSON object with its `schema` and nothing else on stdout, also on failure."""
    run = asked.run(*shlex.split(line), "-o", "json")
    assert run.status == status, run
    document = run.json()
    assert document["schema"] == f"companyos.{schema}/v1"
    assert run.out == json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    assert "Traceback" not in run.err
    assert (schema == "error") == ("error: " in run.err)


@pytest.mark.parametrize("line", ["promote", "status --colour", "no-such-command"])
def test_words_that_are_no_command_leave_stdout_alone(
    asked: Platform, line: str
) -> None:
    """What cannot even be read answers 2 and explains itself on stderr only."""
    run = asked.run(*shlex.split(line), "-o", "json")
    assert (run.status, run.out) == (2, "")
    assert "Usage: companyos" in run.err
