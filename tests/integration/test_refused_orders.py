"""Orders that are refused: by a gate, for want of a key, or for how they are put.

None of them leaves anything in the log.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from command_runs import companyos
from git_clones import git
from platforms import ARTIFACT, BULK_EXPORT, Platform, at, begin, release


def test_an_artifact_that_was_touched_is_refused_everywhere(
    released: Platform,
) -> None:
    """Verifying it is an integrity failure, and the gate is closed: 4 and 1."""
    path = released.root / ARTIFACT
    path.write_bytes(path.read_bytes() + b"#")
    before = released.log()
    verified = released.run("release", "verify", "1.0.0")
    promoted = released.run("promote", "1.0.0", "--to", "staging", "--yes")
    assert (verified.status, verified.out) == (4, "")
    assert ARTIFACT in verified.err
    assert promoted.status == 1
    assert "not the file that was released: api" in promoted.out
    assert released.log() == before


def test_a_stage_cannot_be_skipped(released: Platform) -> None:
    """The gate says where the release must have been first, and nothing changes."""
    before = released.log()
    words = ("promote", "1.0.0", "--to", "pilot", "--confirm", "pilot")
    run = released.run(*words, "-o", "json")
    assert run.status == 1
    assert run.json()["outcome"] == "refused"
    upstream = at(run.json(), "gates", 0)
    assert (at(upstream, "gate"), at(upstream, "verdict")) == ("upstream", "closed")
    assert at(upstream, "detail") == "never at staging"
    assert released.log() == before


def test_a_rollback_needs_a_reason_and_somewhere_to_go(released: Platform) -> None:
    """Without a reason it is not asked well; with nothing earlier the answer is no."""
    words = ("rollback", "dev", "--yes")
    assert released.run(*words).status == 2
    assert released.run(*words, "--reason", "  ").status == 2
    run = released.run(*words, "--reason", "too slow")
    assert run.status == 1
    assert "no earlier release" in run.out
    assert released.run(*words, "--reason", "x", "--to", "9.9.9").status == 2


def test_an_operation_is_done_once_and_names_one_thing(released: Platform) -> None:
    """Repeated it is found; used for something else it is refused."""
    words = ("promote", "1.0.0", "--to", "staging", "--yes", "--operation", "job-7")
    assert released.do(*words, "-o", "json").json()["outcome"] == "recorded"
    log = released.log()
    assert released.do(*words, "-o", "json").json()["outcome"] == "already"
    other = released.run(
        *("promote", "1.0.0", "--to", "pilot", "--confirm", "pilot"),
        *("--operation", "job-7"),
    )
    assert (other.status, other.out) == (2, "")
    assert "did something else" in other.err
    assert released.log() == log


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("promote", "1.0.0", "--to", "staging"), "nobody to ask"),
        (("promote", "1.0.0", "--to", "staging", "--confirm", "dev"), "another stage"),
        (("promote", "1.0.0", "--to", "nowhere", "--yes"), "no stage `nowhere`"),
        (("promote", "9.9.9", "--to", "staging", "--yes"), "no release `9.9.9`"),
        (("rollback", "nowhere", "--reason", "x", "--yes"), "no stage `nowhere`"),
    ],
)
def test_orders_that_are_not_clear_are_not_carried_out(
    released: Platform, words: tuple[str, ...], said: str
) -> None:
    """Nobody is there to be asked, or what was said does not fit: status 2."""
    before = released.log()
    run = released.run(*words)
    assert (run.status, run.out) == (2, "")
    assert said in run.err
    assert released.log() == before


def test_the_last_stage_wants_to_be_named(upgraded: Platform) -> None:
    """`--yes` is not enough where mistakes cost most; `--confirm pilot` is."""
    before = upgraded.log()
    run = upgraded.run("rollback", "pilot", "--reason", "too slow", "--yes")
    assert (run.status, run.out) == (2, "")
    assert "--confirm pilot" in run.err
    assert upgraded.log() == before


def test_a_version_is_taken_for_good(released: Platform) -> None:
    """Building the same again finds it; building something else is refused."""
    words = ("release", "build", "1.0.0", "--artifact", f"api={ARTIFACT}")
    before = released.log()
    assert released.run(*words).status == 0
    released.write_artifact(b"other bytes")
    run = released.run(*words)
    assert (run.status, run.out) == (2, "")
    assert "version `1.0.0` is taken" in run.err
    assert released.log() == before


def test_only_what_is_committed_and_pushed_is_released(begun: Platform) -> None:
    """A change in the work tree, then one that others do not have, is refused."""
    begun.edit(BULK_EXPORT, "pilot-b: false", "pilot-b: true")
    uncommitted = begun.run("release", "build", "1.0.0")
    git(begun.root, "commit", "-q", "-a", "-m", "not pushed")
    unpushed = begun.run("release", "build", "1.0.0")
    assert (uncommitted.status, unpushed.status) == (2, 2)
    assert BULK_EXPORT in uncommitted.err
    assert "push it first" in unpushed.err


def test_a_lost_key_changes_nothing(released: Platform) -> None:
    """Without a key there is no signature, so there is no entry: status 2."""
    released.key.unlink()
    before = released.log()
    run = released.run("promote", "1.0.0", "--to", "staging", "--yes")
    assert (run.status, run.out) == (2, "")
    assert "no private key" in run.err
    assert released.log() == before
    assert released.run("log", "verify").status == 0


def test_a_stranger_may_sign_nothing(released: Platform, tmp_path: Path) -> None:
    """A good key that the log does not trust is refused before anything is pushed."""
    key = tmp_path / "stranger.pem"
    released.do("keys", "generate", "--no-passphrase", "--out", key)
    before = released.log()
    run = released.run("promote", "1.0.0", "--to", "staging", "--yes", "--key", key)
    assert (run.status, run.out) == (2, "")
    assert "not that of a trusted signer" in run.err
    assert released.log() == before


def test_a_signer_signs_what_was_granted_and_no_more(tmp_path: Path) -> None:
    """Who may promote to `dev` may do that, and is refused at the next stage with 2."""
    platform = Platform(tmp_path)
    key = tmp_path / "devin.pem"
    begin(platform.folder, before_trust=lambda: add_devin(platform, key))
    release(platform, "1.0.0")
    words = ("promote", "1.0.0", "--yes", "--key", key, "-o", "json")
    first = platform.do(*words, "--to", "dev").json()
    assert at(first, "entry", "actor") == "devin"
    before = platform.log()
    run = platform.run(*words, "--to", "staging")
    assert run.status == 2
    assert "`devin` does not hold the grant `promote:staging`" in run.err
    assert platform.log() == before


def add_devin(platform: Platform, key: Path) -> None:
    """Add a signer who may promote to `dev` alone."""
    made = platform.do(
        "keys", "generate", "--no-passphrase", "--out", key, "-o", "json"
    )
    signers = platform.root / "config/signers.yaml"
    signers.write_text(
        f"{signers.read_text()}"
        "  devin:\n"
        "    person: devin@companyos.example\n"
        '    may: ["promote:dev"]\n'
        f"    public_key: {made.json()['public_key']}\n"
    )


def test_a_remote_that_is_gone_is_not_a_no(released: Platform) -> None:
    """What cannot be found out is status 3, and nothing was changed."""
    released.remote.rename(released.folder / "gone.git")
    run = released.run("promote", "1.0.0", "--to", "staging", "--yes", "-o", "json")
    assert run.status == 3
    assert run.json()["error"] == "UnavailableError"


def test_a_shallow_clone_says_that_it_cannot_verify(released: Platform) -> None:
    """Its past is not here, so nothing is claimed about it: status 2, and a way out."""
    where = released.folder / "shallow"
    git(
        released.folder,
        "clone",
        "-q",
        "--depth=1",
        f"file://{released.remote}",
        str(where),
    )
    run = companyos(where, "log", "verify")
    assert (run.status, run.out) == (2, "")
    assert "unshallow" in run.err
