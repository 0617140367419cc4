"""Verifying a log: what holds, and every way it may not, by name."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from companyos.errors import IntegrityError
from companyos.releases.entries import Content, Promotion, TrustedSigner
from companyos.releases.paths import entry_path
from companyos.releases.promotion import PromotionPlan
from companyos.releases.store import NewTag
from companyos.releases.verification import LastSeen, Verified
from companyos.testing import MemoryRemote
from release_logs import ORIGIN, World, at, release_of

NEWEST = 7
DEV_TAG = "promote/dev/3"
PILOT_TAG = "promote/pilot/7"


@pytest.fixture
def world() -> World:
    """Return a log of eight entries: trust, two releases, and five promotions."""
    world = World().begin()
    world.release("1.0.0", "1.1.0")
    world.bring("1.0.0", "pilot")
    world.promote("1.1.0", "dev")
    world.now = world.now.replace(hour=23)
    world.promote("1.1.0", "staging")
    assert world.state().size == NEWEST + 1
    return world


def refused(world: World, says: str, *, seen: LastSeen | None = None) -> None:
    """Assert that the log does not hold any more, and that the message says why."""
    with pytest.raises(IntegrityError, match=says):
        world.verify(last_seen=seen)


def seen_in(world: World) -> LastSeen:
    """Return what somebody remembers of the log as it is."""
    seen = world.verify().last_seen()
    assert seen is not None
    return seen


def promotion(world: World, version: str = "1.1.0", to: str = "dev") -> Promotion:
    """Return a promotion, whatever its gates say, that fits the log as it is."""
    current = world.state().stage(to).current
    before = world.plan("1.0.0", "dev")
    assert isinstance(before, PromotionPlan)
    release = release_of(version)
    digests = {f"{part}.json": digest for part, digest in release.components.items()}
    digests |= {f"artifacts/{n}": a.digest for n, a in release.artifacts.items()}
    return replace(
        before.body(),
        stage=to,
        version=version,
        content=Content(dict.fromkeys(before.content.versions, version), digests),
        previous=None if current is None else current.index,
    )


def resigned(world: World, index: int, **changes: str) -> bytes:
    """Return an entry's file with members of its envelope replaced."""
    bundle = json.loads(world.file(index))
    bundle["dsseEnvelope"] |= changes
    return json.dumps(bundle).encode()


def test_an_untouched_log_holds(world: World) -> None:
    """Everything agrees, and the entries come back in order."""
    verified = world.verify(last_seen=seen_in(world))
    assert [entry.position.index for entry in verified.entries] == list(range(8))
    assert set(verified.tags) == {
        "release/1.0.0",
        "release/1.1.0",
        "promote/dev/3",
        "promote/staging/4",
        "promote/pilot/5",
        "promote/dev/6",
        "promote/staging/7",
    }


def test_a_log_that_has_not_begun_holds() -> None:
    """A repository without entries has nothing that could be wrong."""
    world = World()
    assert world.verify() == Verified()
    assert world.verify().last_seen() is None
    world.remote.add({"README.md": b"hello"})
    assert world.verify().state.size == 0


def test_commits_beside_the_log_are_none_of_its_business(world: World) -> None:
    """Other work on the branch changes nothing about the log."""
    seen = seen_in(world)
    world.remote.add({"config/tenants/acme.yaml": b"tenant_id: acme\n"})
    assert world.verify(last_seen=seen).state.size == NEWEST + 1


def test_a_tag_moved_to_an_older_commit(world: World) -> None:
    """A tag at another commit than the entry's is refused."""
    tag = world.remote.tags[DEV_TAG]
    other = world.remote.tags["promote/pilot/5"].target
    world.remote.tags[DEV_TAG] = replace(tag, target=other)
    refused(world, "tag `promote/dev/3`: it points at")


def test_a_release_tag_moved(world: World) -> None:
    """A release's tag stays at the commit the release was built from."""
    tag = world.remote.tags["release/1.0.0"]
    world.remote.tags["release/1.0.0"] = replace(tag, target=world.remote.head or "")
    refused(world, "tag `release/1.0.0`: it points at")


def test_a_tag_deleted(world: World) -> None:
    """An entry whose tag is gone is noticed."""
    del world.remote.tags[DEV_TAG]
    refused(world, "tag `promote/dev/3`: it is missing")


def test_a_tag_renamed(world: World) -> None:
    """A tag object under another name than its own is refused."""
    other = world.remote.tags["promote/staging/4"]
    world.remote.tags[DEV_TAG] = replace(other, name=DEV_TAG)
    refused(world, "inside, it is the tag `promote/staging/4`")


def test_a_lightweight_tag(world: World) -> None:
    """A tag that is only a name for a commit says nothing about the log."""
    tag = world.remote.tags[DEV_TAG]
    light = replace(tag, kind="commit", inner_name="", message="")
    world.remote.tags[DEV_TAG] = light
    refused(world, "tag `promote/dev/3`: it is not an annotated tag")


def test_a_tag_that_tells_something_else(world: World) -> None:
    """A tag's words are its entry's, so that people are not misled."""
    tag = world.remote.tags[DEV_TAG]
    message = tag.message.replace("v1.0.0", "v9.9.9")
    world.remote.tags[DEV_TAG] = replace(tag, message=message)
    refused(world, "tag `promote/dev/3`: its message")


def test_a_rogue_tag(world: World) -> None:
    """A tag without an entry is refused."""
    world.remote.tag(NewTag(PILOT_TAG, "pilot: v6.6.6\n"), world.remote.head or "")
    refused(world, f"tag `{PILOT_TAG}`: no entry of the log made it")


def test_a_rogue_tag_before_the_log_begins() -> None:
    """An empty log has no tags."""
    world = World()
    commit = world.remote.commit({"a": b"a"}, parent=None)
    world.remote.tag(NewTag("release/1.0.0", "release: v1.0.0\n"), commit)
    refused(world, "tag `release/1.0.0`: no entry")


def test_an_older_signed_entry_appended_again(world: World) -> None:
    """A good signature is good for one place in one log."""
    world.push(world.file(3))
    refused(world, r"entry 8 \(releases/log/000000/00000008.json\): .*as entry 3")


def test_a_signature_swapped(world: World) -> None:
    """The signature of one entry says nothing about another."""
    other = json.loads(world.file(5))["dsseEnvelope"]["signatures"]
    world.push(resigned(world, 6, signatures=other))
    refused(world, r"entry 8 \(.*\): the signature is not by the key")


def test_a_payload_edited(world: World) -> None:
    """What was signed cannot be edited in place, and the file is named."""
    bundle = json.loads(world.file(3))
    payload = base64.b64decode(bundle["dsseEnvelope"]["payload"])
    edited = base64.b64encode(payload.replace(b"1.0.0", b"6.6.6")).decode()
    world.push(resigned(world, 3, payload=edited), index=3)
    refused(world, r"entry 3 \(.*\): commit .* changed it")


def test_a_payload_edited_in_rewritten_history(world: World) -> None:
    """An edit hidden by rewriting the branch breaks the signature instead."""
    rewritten = rewrite(
        world, {3: world.file(3).replace(b'"payload":"ey', b'"payload":"ez')}
    )
    refused(rewritten, r"entry 3 \(.*\): ")


def test_white_space_rewritten(world: World) -> None:
    """Not one byte of a file may change, even where the signature would hold."""
    world.push(world.file(1) + b"\n", index=1)
    refused(world, r"entry 1 \(.*\): commit .* changed it")


def test_white_space_rewritten_in_rewritten_history(world: World) -> None:
    """The next entry commits to the exact bytes of the file before it."""
    rewritten = rewrite(world, {1: world.file(1) + b"\n"})
    refused(rewritten, r"entry 2 \(.*\): it does not extend the entries before it")


def test_a_gap(world: World) -> None:
    """An entry cannot disappear from the middle."""
    world.remote.add({entry_path(4): None})
    refused(world, r"entry 4 \(.*\): commit .* deleted it")


def test_a_gap_in_rewritten_history(world: World) -> None:
    """Nor can it never have been there."""
    rewritten = rewrite(world, {4: None})
    refused(rewritten, r"00000005.json: commit .* only ever adds .*/00000004.json")


def test_an_extra_file(world: World) -> None:
    """The log's folder holds entries and nothing else."""
    world.remote.add({"releases/log/README.md": b"hello"})
    refused(world, r"releases/log/README.md: commit .* added it")


def test_two_entries_in_one_commit(world: World) -> None:
    """Each entry has a commit of its own, which its tag points at."""
    more = release_of("3.0.0")
    files = {entry_path(8): world.sign(world.entry(more)), entry_path(9): b"{}"}
    world.remote.add(files)
    refused(world, r"entry 9 \(.*\): commit .* added more than one entry")


def test_a_symbolic_link(world: World) -> None:
    """An entry is a regular file."""
    remote = world.remote
    link = {entry_path(8): b"/etc/passwd"}
    remote.head = remote.commit(link, parent=remote.head, mode="120000")
    refused(world, r"entry 8 \(.*\): not a regular file \(mode 120000\)")


def test_an_unsigned_entry(world: World) -> None:
    """A bundle without a signature is refused."""
    file = json.loads(world.sign(world.entry(release_of("3.0.0"))))
    file["dsseEnvelope"]["signatures"] = []
    world.push(json.dumps(file).encode())
    refused(world, r"entry 8 \(.*\): .*exactly one signature")


def test_an_untrusted_signer(world: World) -> None:
    """A stranger's signature is refused, whoever they say they are."""
    world.push(world.sign(world.entry(release_of("3.0.0")), key="eve"))
    refused(world, r"entry 8 \(.*\): .*not trusted")


def test_an_untrusted_signer_who_claims_a_trusted_key(world: World) -> None:
    """The hint looks a key up and proves nothing."""
    entry = world.entry(release_of("3.0.0"))
    hints = [
        json.loads(world.sign(entry, key=name))["verificationMaterial"]
        for name in ("eve", "rita")
    ]
    forged = json.loads(world.sign(entry, key="eve"))
    assert hints[0] != hints[1]
    forged["verificationMaterial"] = hints[1]
    world.push(json.dumps(forged).encode())
    refused(world, r"entry 8 \(.*\): the signature is not by the key")


def test_a_signer_who_names_somebody_else(world: World) -> None:
    """The actor is the signer."""
    world.push(world.sign(world.entry(release_of("3.0.0"), "rita"), key="boris"))
    refused(world, r"entry 8 \(.*\): it names `rita` as its actor, and `boris` signed")


def test_a_signer_without_the_grant(world: World) -> None:
    """Who may promote to dev may not promote to pilot, nor release."""
    body = promotion(world, to="pilot")
    world.push(world.sign(world.entry(body, "devin")))
    refused(world, r"entry 8 \(.*\): `devin` .* does not hold .* `promote:pilot`")


def test_a_change_of_trust_by_somebody_who_is_not_root(world: World) -> None:
    """Nobody can grant themselves more than they have."""
    trust = world.trust
    more = replace(trust.signers["devin"], may=frozenset({"root", "promote:*"}))
    wider = replace(trust, signers={**trust.signers, "devin": more})
    world.push(world.sign(world.entry(wider, "devin")))
    refused(world, r"entry 8 \(.*\): `devin` .* `root`")


def test_a_fork(world: World) -> None:
    """An entry signed on another history is refused."""
    entry = at(world.entry(release_of("3.0.0")), prev_root="1" * 64)
    world.push(world.sign(entry))
    refused(world, r"entry 8 \(.*\): .*forked or rewritten")


def test_an_entry_of_another_log(world: World) -> None:
    """A signature is good for the log it names, even at the same position."""
    entry = at(world.entry(release_of("3.0.0")), origin="other.example/releases")
    world.push(world.sign(entry))
    refused(world, rf"entry 8 .* log `other.example/releases`, .*`{ORIGIN}`")


def test_a_duplicate_operation_id(world: World) -> None:
    """One operation gives one entry."""
    entry = world.entry(release_of("3.0.0"))
    world.push(world.sign(replace(entry, operation_id="op-3")))
    refused(world, r"entry 8 \(.*\): its operation `op-3` is already that of entry 2")


def test_a_truncated_log_is_noticed_by_who_saw_more(world: World) -> None:
    """Cutting the end off shows against a remembered size."""
    seen = seen_in(world)
    cut_off(world)
    refused(world, "had 8 entries when it was last seen and has 7 now", seen=seen)


def test_a_truncated_log_holds_for_who_saw_nothing(world: World) -> None:
    """A clone alone cannot know that there was more: the limit that we state."""
    cut_off(world)
    assert world.verify().state.size == NEWEST


def test_a_branch_forced_back_leaves_its_tags(world: World) -> None:
    """Tags of entries that are gone are rogue tags."""
    head = world.remote.commits[world.remote.head or ""]
    world.remote.head = head.parents[0]
    refused(world, "tag `promote/staging/7`: no entry")


def test_a_log_begun_anew_is_noticed_by_who_saw_the_old_one(world: World) -> None:
    """Insiders can sign a whole new history; the remembered root differs."""
    seen = seen_in(world)
    anew = World(keys=world.keys).begin()
    anew.release(*(f"2.{number}.0" for number in range(9)))
    refused(anew, "not those last seen", seen=seen)


def test_history_rewritten_around_the_same_entries(world: World) -> None:
    """The same files on other commits are not the history that was seen."""
    seen = seen_in(world)
    rewritten = rewrite(world, {}, extra={"README.md": b"new first commit"})
    for name in ("release/1.0.0", "release/1.1.0"):
        rewritten.remote.tags[name] = world.remote.tags[name]
    refused(rewritten, "the branch was rewritten", seen=seen)


def test_a_branch_that_is_gone(world: World) -> None:
    """No branch is not an empty log for who saw one."""
    seen = seen_in(world)
    world.remote.head = None
    world.remote.tags.clear()
    refused(world, "is gone", seen=seen)


def test_going_on_from_what_was_verified(world: World) -> None:
    """Only what is new is read, and the result is that of starting over."""
    known = world.verify()
    world.release("2.0.0")
    world.promote("2.0.0", "dev")
    resumed, whole = world.verify(known=known), world.verify()
    assert [entry.position.index for entry in resumed.entries] == [8, 9]
    assert (resumed.state, resumed.tags) == (whole.state, whole.tags)


def test_an_old_tag_is_still_held_when_going_on(world: World) -> None:
    """Tags can move at any time, so all of them are compared each time."""
    known = world.verify()
    del world.remote.tags["release/1.0.0"]
    with pytest.raises(IntegrityError, match=r"tag `release/1.0.0`: it is missing"):
        world.verify(known=known)


def test_an_old_entry_is_still_held_when_going_on(world: World) -> None:
    """History after the verified commit may only add, too."""
    known = world.verify()
    world.push(world.file(1) + b"\n", index=1)
    with pytest.raises(IntegrityError, match=r"entry 1 .* changed it"):
        world.verify(known=known)


def test_a_stranger_as_the_first_signer() -> None:
    """The first entry is signed by one of the root signers that it names."""
    world = World()
    for person in ("eve", "boris"):
        entry = world.entry(world.trust, person)
        remote = MemoryRemote()
        remote.add({entry_path(0): world.sign(entry)})
        with pytest.raises(IntegrityError, match=r"entry 0 .* not trusted here"):
            World(remote=remote, keys=world.keys).verify()


def test_a_log_that_does_not_begin_with_trust() -> None:
    """Nothing can be judged before it is said who may sign."""
    world = World()
    world.push(world.sign(world.entry(release_of("1.0.0"))))
    refused(world, "entry 0 .*: the first entry must be of kind `trust`")


def test_a_change_of_trust_counts_from_then_on(world: World) -> None:
    """Who is taken out keeps what they signed, and can sign no more."""
    trust = world.trust
    signers = {
        name: signer for name, signer in trust.signers.items() if name != "boris"
    }
    world.record(release_of("2.0.0", world.remote.head or ""), "boris")
    world.record(replace(trust, signers=signers))
    assert world.verify().state.trust == replace(trust, signers=signers)
    world.push(world.sign(world.entry(release_of("3.0.0"), "boris")))
    refused(world, "entry 10 .* not trusted here")


def test_a_change_of_trust_under_a_threshold_of_two() -> None:
    """One signature cannot stand for two root signers."""
    world = World()
    trust = world.trust
    second = TrustedSigner(
        "second", "second@companyos.example", world.keys["eve"].public_key,
        frozenset({"root"}),
    )  # fmt: skip
    both = replace(trust, signers={**trust.signers, "second": second}, root_threshold=2)
    world.record(both)
    world.push(world.sign(world.entry(trust)))
    refused(world, "entry 1 .*: a change of trust needs 2 root signers")


def cut_off(world: World) -> None:
    """Take the newest entry off the branch, and its tag away."""
    head = world.remote.commits[world.remote.head or ""]
    world.remote.head = head.parents[0]
    del world.remote.tags["promote/staging/7"]


def rewrite(
    world: World,
    changes: dict[int, bytes | None],
    *,
    extra: dict[str, bytes | None] | None = None,
) -> World:
    """Return the log on a new history, entry by entry, with some changed or left out.

    Tags are moved along, as an attacker would.
    """
    remote = MemoryRemote()
    if extra:
        remote.add(extra)
    by_commit = {tag.target: name for name, tag in world.remote.tags.items()}
    commits = list(world.remote.line(world.remote.head))[::-1]
    for index, commit in enumerate(commits):
        file = changes.get(index, world.file(index))
        if file is not None:
            remote.add({entry_path(index): file}, message=commit.message)
        name = by_commit.get(commit.commit)
        if name is not None and name.startswith("promote/"):
            message = world.remote.tags[name].message
            remote.tag(NewTag(name, message), remote.head or "")
    remote.commits |= world.remote.commits
    remote.blobs |= world.remote.blobs
    return World(remote=remote, keys=world.keys, now=world.now)
