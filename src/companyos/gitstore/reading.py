"""Reading a repository: commits, files, tags and what the branch did.

Each question takes the same few git processes, whatever the number of files, entries or
tags. Nothing here writes, and nothing here reaches a remote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from companyos.errors import UnavailableError, UsageError
from companyos.gitstore import names
from companyos.gitstore.commands import Commands
from companyos.gitstore.parsing import (
    TAG_FORMAT,
    ListedTag,
    changes_of,
    contents_of,
    files_of,
    tags_of,
)
from companyos.releases.store import (
    Change,
    Outcome,
    Publication,
    StoredFile,
    TagRecord,
)


@dataclass(frozen=True, slots=True)
class CommitNote:
    """What a commit says about itself; `at` is when it was committed."""

    commit: str
    author: str
    at: datetime
    subject: str


class Reader:
    """The questions that a repository alone can answer."""

    def __init__(self, commands: Commands) -> None:
        self._git = commands

    def resolve(self, revision: str) -> str:
        """Return the commit id that `revision` names.

        Raises:
            UsageError: no such commit.
        """
        answer = self._object_behind(f"{names.revision(revision)}^{{commit}}")
        if answer is None:
            raise UsageError(
                f"`{revision}` names no commit here",
                hint="a branch or tag of the remote may have to be fetched first",
            )
        return answer

    def tree_of(self, commit: str) -> str:
        """Return the id of the commit's tree."""
        tree = self._object_behind(f"{names.object_id(commit)}^{{tree}}")
        if tree is None:
            raise _no_commit(commit)
        return tree

    def files(self, commit: str, folders: Sequence[str]) -> tuple[StoredFile, ...]:
        """Return every file below the folders, in path order."""
        if not folders:
            return ()
        checked = [names.path(folder) for folder in folders]
        tree = self.tree_of(commit)
        listing = self._git.must("ls-tree", "-r", "-z", "--full-tree", tree, *checked)
        return files_of(listing.out)

    def contents(self, blobs: Sequence[str]) -> tuple[bytes, ...]:
        """Return the blobs' bytes, in the order asked for.

        Raises:
            UnavailableError: a blob is not in this repository.
            IntegrityError: an object does not hold what its id says.
        """
        wanted = "".join(f"{names.object_id(blob)}\n" for blob in blobs)
        if not wanted:
            return ()
        stream = self._git.must(
            "cat-file", "--batch", "--buffer", stdin=wanted.encode()
        )
        return contents_of(stream.out, blobs, object_format=self._git.object_format)

    def changes(
        self, folder: str, *, until: str, since: str | None = None
    ) -> tuple[Change, ...]:
        """Return what the first-parent line did below `folder`, oldest first.

        Raises:
            UsageError: the clone is shallow, so its past is not all here.
        """
        self.require_whole_history()
        revisions = [names.object_id(until)]
        if since is not None:
            revisions.append(f"^{names.object_id(since)}")
        listing = self._git.must(
            "log",
            "--first-parent",
            "--diff-merges=first-parent",
            "--reverse",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--no-relative",
            "--ignore-submodules=none",
            "--format=%H",
            "--end-of-options",
            *revisions,
            "--",
            names.path(folder),
        )
        return changes_of(listing.out)

    def note_of(self, commit: str) -> CommitNote:
        """Return who made a commit, when, and what for."""
        form = "--format=%aN <%aE>%x00%ct%x00%s"
        told = self._git.must(
            *("log", "-1", "--no-color", form, "--end-of-options"),
            *(names.object_id(commit), "--"),
        )
        text = told.out.decode(errors="replace").removesuffix("\n")
        author, seconds, subject = text.split("\0", 2)
        at = datetime.fromtimestamp(int(seconds), UTC)
        return CommitNote(commit, author, at, subject)

    def contains(self, commit: str, ancestor: str) -> bool:
        """Return whether `ancestor` is `commit` or lies in its history.

        Raises:
            UsageError: `commit` is not here, or the clone is shallow.
        """
        self.require_whole_history()
        line = (names.object_id(ancestor), names.object_id(commit))
        status = self._git.ask("merge-base", "--is-ancestor", *line).status
        if status > 1:
            # A commit that is not here is in no complete history; one that is asked
            # about must be here.
            self.tree_of(commit)
        return status == 0

    def ref(self, ref: str) -> str | None:
        """Return the object a ref points at, None where there is no such ref.

        Raises:
            UnavailableError: the ref is there and cannot be read.
        """
        if ref == "HEAD":
            return self._object_behind("HEAD")
        answer = self._git.must(
            "for-each-ref", "--format=%(refname) %(objectname)", ref
        )
        _refuse_broken_refs(answer.words)
        for line in answer.text.splitlines():
            found, target = line.split(" ")
            if found == ref:
                return target
        return None

    def tags_below(self, root: str, prefixes: Sequence[str]) -> tuple[TagRecord, ...]:
        """Return the tags below the refs `root` whose names begin so."""
        # Git compares whole steps of a path, so the rest of a prefix is compared here.
        folders = {prefix[: prefix.rfind("/") + 1] for prefix in prefixes}
        for folder in folders - {""}:
            names.name(folder.rstrip("/"), "tag")
        patterns = sorted(root + folder for folder in folders)
        if not patterns:
            return ()
        listing = self._git.must("for-each-ref", f"--format={TAG_FORMAT}", *patterns)
        _refuse_broken_refs(listing.words)
        return tuple(
            self._with_commit(tag)
            for tag in tags_of(listing.out, root)
            if tag.record.name.startswith(tuple(prefixes))
        )

    def require_whole_history(self) -> None:
        """Refuse a shallow clone.

        Raises:
            UsageError: the clone is shallow.
        """
        if (self._git.common_dir / "shallow").exists():
            raise UsageError(
                "this clone is shallow: its past cannot be verified",
                hint="`git fetch --unshallow` brings the rest",
            )

    def _with_commit(self, tag: ListedTag) -> TagRecord:
        """Return the tag with the commit behind it, through any number of tags."""
        if tag.target_kind != "tag":
            return tag.record
        commit = self._object_behind(f"{tag.record.target}^{{commit}}")
        return replace(tag.record, target=commit or "")

    def _object_behind(self, expression: str) -> str | None:
        answer = self._git.ask(
            "rev-parse", "--verify", "--quiet", "--end-of-options", expression
        )
        return answer.text if answer.status == 0 else None


class GitView(Reader):
    """A store that reads one ref of this clone, and the clone's own tags, as they are.

    It never fetches and never publishes.
    """

    def __init__(self, commands: Commands, ref: str) -> None:
        super().__init__(commands)
        self._ref = names.ref(ref)

    def refresh(self) -> None:
        """Do nothing: the view is of what is here."""

    def head(self) -> str | None:
        """Return the commit that the ref points at, None where there is no such ref."""
        return self.ref(self._ref)

    def tags(self, prefixes: Sequence[str]) -> tuple[TagRecord, ...]:
        """Return this clone's tags whose names begin with one of the prefixes."""
        return self.tags_below("refs/tags/", prefixes)

    def publish(self, publication: Publication) -> Outcome:
        """Refuse: a view is for looking.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            f"`{publication.message.splitlines()[0]}` cannot be published "
            f"through the local view of `{self._ref}`"
        )


def _refuse_broken_refs(words: str) -> None:
    """Refuse a ref that Git skips as unreadable: that is not the same as absent."""
    if "ignoring broken ref" in words or "ignoring dangling" in words:
        raise UnavailableError(
            f"a ref of this repository cannot be read: {names.shown(words)}",
            hint="`git fsck` names it; fetching brings it back",
        )


def _no_commit(commit: str) -> UsageError:
    return UsageError(f"`{commit}` is not a commit in this repository")
