"""Git as a process, without what a repository's own settings could make it do.

Whoever can write a repository's `.git/config` can name programs there for Git to run.
Two kinds of call keep that apart:

* `ask` reads and writes the local repository. No transport can start (not even for the
  missing objects of a partial clone), and hooks, the file system monitor, attributes,
  signature display, grafts, replaced objects and the commit graph are off. So looking
  at a clone and verifying it runs nothing that the clone brought with it.
* `call_remote` fetches and pushes, with the transport that the user set up: credential
  helpers, `core.sshCommand`, proxies, certificates and rewritten addresses work as in
  any `git push`, wherever they are set. Without them no real remote can be reached, and
  a user who does not trust them should not fetch. Local hooks, `ext::` and `fd::`
  addresses and other programs in place of `git-upload-pack` and `git-receive-pack` stay
  off. Hooks of the remote run: they are how it protects its branches.

System and user settings are read, because proxies, credentials and `safe.directory`
are there. Git asks nothing on the terminal and speaks English; GitPython starts it.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from companyos.errors import UnavailableError, UsageError
from companyos.gitstore.names import shown

if TYPE_CHECKING:
    from git.cmd import Git

_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "advice.graftFileDeprecated=false",
    f"core.attributesFile={os.devnull}",
    "core.commitGraph=false",
    "core.splitIndex=false",
    "core.sparseCheckout=false",
    "core.alternateRefsCommand=true",  # the program that prints nothing
    "core.filesRefLockTimeout=1000",
    "core.packedRefsTimeout=10000",
    f"diff.orderFile={os.devnull}",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "log.showRoot=true",
    "log.showSignature=false",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "protocol.fd.allow=never",
    "submodule.recurse=false",
)
# A ref that survives a power cut must find its objects on the disk.
_DURABLE = ("core.fsync=objects,reference",)
_ENVIRONMENT = {
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_NO_TRANSPORT = {"GIT_ALLOW_PROTOCOL": ""}
_PASSWORD = re.compile(r"://[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git process left: its exit status, its output and its words."""

    status: int
    out: bytes
    words: str

    @property
    def text(self) -> str:
        """The output as one line of text."""
        return self.out.decode("utf-8", "backslashreplace").strip()

    @property
    def complaint(self) -> str:
        """Git's words as they can be shown: one line, without passwords."""
        lines = [line.strip() for line in self.words.splitlines()]
        spoken = "; ".join(line for line in lines if line and "hint:" not in line)
        return shown(_PASSWORD.sub("://", spoken)) or f"git exited {self.status}"


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs Git in one repository. `git_dir` and `common_dir` are absolute.

    `durable` makes local writes reach the disk before they count. It is for the log
    itself; what a remote holds, and can be fetched again, does without.
    """

    process: Git
    git_dir: Path
    common_dir: Path
    object_format: str
    bare: bool
    remote_seconds_max: float
    durable: bool = False

    def ask(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Answer:
        """Run a command that stays in this repository."""
        settings = _options(_DURABLE) if self.durable else ()
        command = (*settings, f"--git-dir={self.git_dir}", *arguments)
        environment = {**_NO_TRANSPORT, **(env or {})}
        return _run(self.process, command, environment, stdin=stdin)

    def must(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Answer:
        """Run a command that stays in this repository and cannot fail in a sound one.

        Raises:
            UnavailableError: it failed all the same.
        """
        answer = self.ask(*arguments, stdin=stdin, env=env)
        if answer.status:
            raise UnavailableError(
                f"`git {arguments[0]}` failed: {answer.complaint}",
                hint="`git fsck` tells whether the repository is sound",
            )
        return answer

    def call_remote(self, *arguments: str) -> Answer:
        """Run a command that talks to a remote; it ends when the time is over."""
        prefix = (f"--git-dir={self.git_dir}",)
        return _run(
            self.process, (*prefix, *arguments), {}, seconds=self.remote_seconds_max
        )


def open_commands(repository: Path, *, remote_seconds_max: float) -> Commands:
    """Return the way to run Git in the repository at this very path.

    Raises:
        UsageError: Git is missing, or this is not the root of a repository.
    """
    root = repository.resolve()
    process = _process_in(root)
    # Git finds the repository itself here, so that its check of the owner takes place.
    answer = _run(
        process,
        (
            "rev-parse",
            "--path-format=absolute",
            "--absolute-git-dir",
            "--git-common-dir",
            "--show-object-format",
            "--is-bare-repository",
        ),
        _NO_TRANSPORT,
    )
    if answer.status:
        raise UsageError(
            f"`{repository}` is not a Git repository: {answer.complaint}",
            hint="`git init` makes one; run it at the folder that holds `config/`",
        )
    git_dir, common_dir, object_format, bare = answer.text.splitlines()
    if Path(git_dir).resolve() != _git_dir_at(root):
        raise UsageError(
            f"`{repository}` is not the root of a Git repository: "
            f"Git found `{git_dir}` from there",
            hint="run it at the repository's root, and without `GIT_DIR` set",
        )
    return Commands(
        process=process,
        git_dir=Path(git_dir),
        common_dir=Path(common_dir),
        object_format=object_format,
        bare=bare == "true",
        remote_seconds_max=remote_seconds_max,
    )


def _process_in(root: Path) -> Git:
    if not root.is_dir():
        raise UsageError(f"`{root}` is not a directory")
    try:
        # GitPython takes a tenth of a second to import and looks for git at once.
        from git.cmd import Git  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "Git could not be started", hint="install Git 2.36 or newer"
        ) from error
    return Git(str(root))


def _git_dir_at(root: Path) -> Path:
    """Return where the git directory of a work tree, or a bare repository, must be."""
    mark = root / ".git"
    if mark.is_dir():
        return mark.resolve()
    if mark.is_file():
        target = mark.read_text(encoding="utf-8", errors="replace")
        return (root / target.removeprefix("gitdir:").strip()).resolve()
    return root


def _run(
    process: Git,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    *,
    stdin: bytes = b"",
    seconds: float | None = None,
) -> Answer:
    with tempfile.TemporaryFile() as source:
        source.write(stdin)
        source.seek(0)
        status, out, words = process.execute(
            ["git", *_options(_SETTINGS), *arguments],
            istream=source.fileno(),
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
            kill_after_timeout=seconds,
            env={**_ENVIRONMENT, **environment},
            shell=False,
        )
    return Answer(status, out, words)


def _options(settings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for setting in settings for word in ("-c", setting))
