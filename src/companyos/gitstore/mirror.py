"""A remote's branch and release tags, copied to refs of our own as they are there.

The copies lie below `refs/companyos/<remote>/`. The user's branches and tags would not
do: a tag that was moved at the remote, or in the clone, must be seen and not merged.
The state is read at once after each fetch and kept, so that another process of the same
clone, which fetches in between, does not mix its picture with ours.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from companyos.errors import UnavailableError
from companyos.gitstore.commands import Answer, Commands
from companyos.gitstore.reading import Reader
from companyos.releases.store import TagRecord

TAG_FOLDERS = ("release", "promote")
"""The tags that are copied from the remote: `release/…` and `promote/…`."""

_FETCH_TRIES = 8
_LOOSE_REFS_MAX = 500
_LOCK_WORDS = ("cannot lock ref", "failed to update ref", "Unable to create", ".lock'")


class Mirror:
    """The copy of one remote's branch and tags; empty until it was fetched."""

    def __init__(
        self, git: Commands, reader: Reader, *, remote: str, branch: str
    ) -> None:
        self.remote = remote
        self.fetched = False
        self._git = git
        self._reader = reader
        self._source = f"refs/heads/{branch}"
        self._root = f"refs/companyos/{remote}/"
        self._branch = f"heads/{branch}"
        self._state: tuple[TagRecord, ...] = ()

    def fetch(self) -> None:
        """Copy what the remote has now.

        Raises:
            UnavailableError: the remote does not answer.
        """
        tags = [
            f"+refs/tags/{folder}/*:{self._root}tags/{folder}/*"
            for folder in TAG_FOLDERS
        ]
        branch = f"+{self._source}:{self._root}{self._branch}"
        answer = self._fetch([branch, *tags])
        if answer.status and "couldn't find remote ref" in answer.words:
            # Git fails the whole fetch where a branch named in full does not exist. It
            # may have been created since.
            if self.object_at(self._source) is None:
                update_refs(self._git, [f"delete {self._root}{self._branch}\n"])
                answer = self._fetch(tags)
            else:
                answer = self._fetch([branch, *tags])
        if answer.status:
            raise self._unreachable(answer)
        self._pack()
        self._read()

    def note(self, commit: str, tag: str | None, tag_object: str | None) -> None:
        """Record what a push has just put there, and give the clone the tags it lacks.

        Raises:
            UnavailableError: a ref could not be written; the next fetch mends it.
        """
        steps = [f"update {self._root}{self._branch} {commit}\n"]
        if tag is not None and tag.split("/")[0] in TAG_FOLDERS:
            steps.append(f"update {self._root}tags/{tag} {tag_object}\n")
        if update_refs(self._git, steps).status:
            self.fetch()
        self._read()
        self._copy_missing_tags()

    def head(self) -> str | None:
        """Return the remote branch's commit, None where it has no such branch."""
        heads = (ref.target for ref in self._state if ref.name == self._branch)
        return next(heads, None)

    def tags(self) -> tuple[TagRecord, ...]:
        """Return the remote's release tags."""
        return tuple(
            replace(ref, name=ref.name.removeprefix("tags/"))
            for ref in self._state
            if ref.name.startswith("tags/")
        )

    def object_at(self, ref: str) -> str | None:
        """Return what a ref of the remote points at now, None where it is not there.

        Raises:
            UnavailableError: the remote does not answer.
        """
        answer = self._git.call_remote(
            "ls-remote",
            "--quiet",
            "--upload-pack=git-upload-pack",
            "--",
            self.remote,
            ref,
        )
        if answer.status:
            raise self._unreachable(answer)
        # The pattern also matches longer names that end the same way.
        rows = (line.split("\t") for line in answer.text.splitlines())
        return next((target for target, found in rows if found == ref), None)

    def _read(self) -> None:
        """Read branch and tags in one look."""
        self._state = self._reader.tags_below(self._root, (self._branch, "tags/"))
        self.fetched = True

    def _pack(self) -> None:
        """Put many refs into one file, as `git gc` does: each file costs at each look.

        Where another process is at the refs, the next fetch does it.
        """
        loose = (self._git.common_dir / self._root).rglob("*")
        # Folders go away below us while another process of this clone prunes or packs;
        # packing is a convenience, and the next fetch looks again.
        count = 0
        with suppress(FileNotFoundError):
            count = len(list(islice(loose, _LOOSE_REFS_MAX)))
        if count == _LOOSE_REFS_MAX:
            self._git.ask("pack-refs", "--all")

    def _fetch(self, refspecs: Sequence[str]) -> Answer:
        """Fetch, and again while another process of this clone is at the same refs."""
        for attempt in range(1, _FETCH_TRIES):
            answer = self._fetch_once(refspecs)
            if not answer.status or not lock_was_held(answer):
                return answer
            # Not a secret: only so that two processes do not keep meeting.
            time.sleep(random.uniform(0, 0.05 * attempt))  # noqa: S311
        return self._fetch_once(refspecs)

    def _fetch_once(self, refspecs: Sequence[str]) -> Answer:
        return self._git.call_remote(
            "fetch",
            "--quiet",
            "--atomic",
            "--prune",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            "--refmap=",
            "--upload-pack=git-upload-pack",
            "--",
            self.remote,
            *refspecs,
        )

    def _copy_missing_tags(self) -> None:
        """Create the release tags the clone lacks; those it has are never moved.

        A push moves the clone's own picture of the remote branch, so the tags which
        belong to its entries must be in the clone as well.
        """
        mirrored = f"{self._root}tags/"
        roots = [
            f"{root}{folder}"
            for root in (mirrored, "refs/tags/")
            for folder in TAG_FOLDERS
        ]
        listing = self._git.must(
            "for-each-ref", "--format=%(refname) %(objectname)", *roots
        )
        known = dict(line.split(" ") for line in listing.text.splitlines())
        steps = [
            f"create {own} {target}\n"
            for ref, target in known.items()
            if ref.startswith(mirrored)
            and (own := "refs/tags/" + ref.removeprefix(mirrored)) not in known
        ]
        if steps:
            update_refs(self._git, steps)

    def _unreachable(self, answer: Answer) -> UnavailableError:
        return UnavailableError(
            f"remote `{self.remote}` does not answer: {answer.complaint}",
            hint="check the address (`git remote -v`), the network and the credentials",
        )


def update_refs(git: Commands, steps: Sequence[str]) -> Answer:
    """Change refs of this clone: all of the steps happen, or none."""
    return git.ask("update-ref", "--no-deref", "--stdin", stdin="".join(steps).encode())


def lock_was_held(answer: Answer) -> bool:
    """Return whether Git failed because another process was changing the same refs."""
    return any(words in answer.words for words in _LOCK_WORDS)
