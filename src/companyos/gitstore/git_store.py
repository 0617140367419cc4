"""The release log's store: one branch of one Git repository, and its tags.

With a remote, the remote's branch is the log. `refresh` looks at it through a `Mirror`;
the user's branches, tags, index and work tree are left alone. `publish` is one atomic
push that names the old value of the branch and requires the tag to be new: the server's
compare-and-swap is the only lock. Without a remote, the same step is one
`git update-ref` transaction here.

What became of a failed push is found out by looking at the remote again, never from the
words of the failure alone, which differ from server to server.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from companyos.errors import UnavailableError, UsageError
from companyos.gitstore import names
from companyos.gitstore.commands import Answer, Commands, open_commands
from companyos.gitstore.mirror import Mirror, lock_was_held
from companyos.gitstore.publishing import Written, check, identity, write_objects
from companyos.gitstore.reading import GitView, Reader
from companyos.gitstore.worktree import changed_files
from companyos.releases.store import Outcome, Publication, TagRecord

REMOTE_SECONDS_MAX = 120.0


class GitStore(Reader):
    """A `Store` in a Git repository.

    `boundary` is called between the steps of `publish`, with `objects-written` (nothing
    names them yet), `before-push` and `after-push` (the remote, or the branch here, has
    the publication; nothing else knows). It does nothing but in tests, which end the
    process there.
    """

    def __init__(
        self,
        commands: Commands,
        *,
        branch: str,
        remote: str | None,
        boundary: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(commands)
        self._branch = f"refs/heads/{branch}"
        self._tracking = f"refs/remotes/{remote}/{branch}"
        self._boundary = boundary
        self._mirror = (
            None
            if remote is None
            else Mirror(commands, self, remote=remote, branch=branch)
        )

    @classmethod
    def open(
        cls,
        repository: Path,
        *,
        branch: str,
        remote: str | None,
        boundary: Callable[[str], None] = lambda _: None,
        remote_seconds_max: float = REMOTE_SECONDS_MAX,
    ) -> GitStore:
        """Open the repository whose root this is.

        Without a remote of this name, the log is the clone's own branch.

        Raises:
            UsageError: Git is missing, this is no repository's root, or a bad name.
        """
        names.name(branch, "branch")
        if remote is not None:
            names.remote(remote)
        commands = open_commands(repository, remote_seconds_max=remote_seconds_max)
        if remote not in commands.must("remote").text.splitlines():
            remote = None
        return cls(
            replace(commands, durable=remote is None),
            branch=branch,
            remote=remote,
            boundary=boundary,
        )

    @property
    def remote(self) -> str | None:
        """The remote that has the log, None where it is this clone's own branch."""
        return None if self._mirror is None else self._mirror.remote

    @property
    def git_folder(self) -> Path:
        """The repository's own folder, which all its work trees share."""
        return self._git.common_dir

    def view(self, ref: str) -> GitView:
        """Return a store that reads `ref` and this clone's own tags, as they are here.

        Raises:
            UsageError: not the full name of a ref, nor `HEAD`.
        """
        return GitView(self._git, ref)

    def refresh(self) -> None:
        """Fetch branch and tags, where there is a remote.

        Raises:
            UnavailableError: the remote does not answer.
        """
        if self._mirror is not None:
            self._mirror.fetch()

    def head(self) -> str | None:
        """Return the branch's newest commit known here, None where it is empty.

        That is the remote's as last fetched by this store. Before it fetched, it is
        what the clone has: the remote's branch as Git tracks it, else its own.
        """
        if self._mirror is None:
            return self.local_branch_head()
        if self._mirror.fetched:
            return self._mirror.head()
        return self.ref(self._tracking) or self.local_branch_head()

    def tags(self, prefixes: Sequence[str]) -> tuple[TagRecord, ...]:
        """Return the tags whose names begin with one of the prefixes.

        They are the remote's, once this store fetched, and then only those below
        `release/` and `promote/`. Before, they are the clone's own.
        """
        if self._mirror is None or not self._mirror.fetched:
            return self.tags_below("refs/tags/", prefixes)
        chosen = tuple(prefixes)
        return tuple(tag for tag in self._mirror.tags() if tag.name.startswith(chosen))

    def local_branch_head(self) -> str | None:
        """Return the newest commit of the clone's own branch of the log's name."""
        return self.ref(self._branch)

    def worktree_changes(self, folder: str) -> tuple[str, ...]:
        """Return the paths below `folder` that differ from `HEAD`, are new or are gone.

        A bare repository has none.
        """
        names.path(folder)
        if self._git.bare:
            return ()
        head = self.ref("HEAD")
        recorded = () if head is None else self.files(head, (folder,))
        return changed_files(
            Path(self._git.process.working_dir or "."),
            folder,
            recorded,
            object_format=self._git.object_format,
        )

    def publish(self, publication: Publication) -> Outcome:
        """Make the publication's commit and tag appear in one step, or nothing.

        Raises:
            UnavailableError: the remote does not answer, or cannot do it in one step.
            UsageError: a name Git must not see, a shallow clone, or, without a remote,
                a branch that a work tree has checked out.
        """
        check(publication)
        self.require_whole_history()
        if self._mirror is None:
            self._refuse_checked_out_branch()
        written = write_objects(self._git, self, publication)
        self._boundary("objects-written")
        self._boundary("before-push")
        answer = self._send(publication, written)
        self._boundary("after-push")
        if answer.status:
            return self._look_again(publication, written, answer)
        self._note(publication, written)
        return Outcome.PUBLISHED

    def _send(self, publication: Publication, written: Written) -> Answer:
        """Move the branch and create the tag, in one step, here or at the remote."""
        if self._mirror is None:
            return self._git.ask(
                "update-ref",
                "--no-deref",
                "--stdin",
                stdin=_transaction(self._branch, publication, written).encode(),
                env=identity(publication),
            )
        leases = [f"--force-with-lease={self._branch}:{publication.parent or ''}"]
        refspecs = [f"{written.commit}:{self._branch}"]
        if publication.tag is not None:
            # The lease on an empty value is what refuses a tag that is there.
            leases.append(f"--force-with-lease=refs/tags/{publication.tag.name}:")
            refspecs.append(f"{written.tag}:refs/tags/{publication.tag.name}")
        return self._git.call_remote(
            "push",
            "--quiet",
            "--atomic",
            "--no-verify",
            "--no-signed",
            "--no-follow-tags",
            "--recurse-submodules=no",
            "--receive-pack=git-receive-pack",
            *leases,
            "--",
            self._mirror.remote,
            *refspecs,
        )

    def _look_again(
        self, publication: Publication, written: Written, answer: Answer
    ) -> Outcome:
        """Tell a lost race from a lost answer and from a refusal."""
        self.refresh()
        head, tag = self.head(), self._tag_there(publication)
        arrived = head is not None and self.contains(head, written.commit)
        # Two writers may make one and the same commit; the tags tell them apart.
        if arrived and tag == written.tag:
            return Outcome.PUBLISHED
        if head != publication.parent or tag is not None:
            return Outcome.LOST_RACE
        # Somebody holds the lock and has not moved the branch yet.
        if lock_was_held(answer):
            return Outcome.LOST_RACE
        raise self._refused(answer)

    def _refused(self, answer: Answer) -> UnavailableError:
        if "--atomic" in answer.words:
            return UnavailableError(
                f"remote `{self.remote}` cannot move a branch and a tag in one step",
                hint="the server must offer atomic pushes (`receive.advertiseAtomic`)",
            )
        where = f"remote `{self.remote}`" if self.remote else "this repository"
        return UnavailableError(
            f"{where} did not take the publication: {answer.complaint}",
            hint="the account may lack the right to push, or a rule may protect "
            "the branch; `log.branch` in `config/stages.yaml` can name another",
        )

    def _tag_there(self, publication: Publication) -> str | None:
        """Return the object that has the publication's tag name now, if any has."""
        if publication.tag is None:
            return None
        ref = f"refs/tags/{publication.tag.name}"
        return self.ref(ref) if self._mirror is None else self._mirror.object_at(ref)

    def _note(self, publication: Publication, written: Written) -> None:
        if self._mirror is None:
            return
        tag = publication.tag
        # The publication stands, whatever this clone can still write down about it.
        with suppress(UnavailableError):
            self._mirror.note(written.commit, tag.name if tag else None, written.tag)

    def _refuse_checked_out_branch(self) -> None:
        """Moving a checked-out branch would make its work tree look edited."""
        listing = self._git.must("worktree", "list", "--porcelain", "-z").out
        if f"branch {self._branch}".encode() in listing.split(b"\0"):
            branch = self._branch.removeprefix("refs/heads/")
            raise UsageError(
                f"branch `{branch}` is checked out, and there is no remote for the log",
                hint="name a branch of its own as `log.branch` in "
                "`config/stages.yaml`, or add a remote",
            )


def _transaction(branch: str, publication: Publication, written: Written) -> str:
    """Return the steps for `git update-ref --stdin`: all of them happen, or none."""
    move = (
        f"create {branch} {written.commit}\n"
        if publication.parent is None
        else f"update {branch} {written.commit} {publication.parent}\n"
    )
    tag = (
        f"create refs/tags/{publication.tag.name} {written.tag}\n"
        if publication.tag is not None
        else ""
    )
    return f"start\n{move}{tag}prepare\ncommit\n"
