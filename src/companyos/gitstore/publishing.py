"""Making the commit and the tag of a publication, as objects that no ref names yet.

The tree is built in an index of its own, so the user's index and work tree are never
touched, and a publication that is given up leaves nothing but objects for `git gc`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from companyos.errors import UsageError
from companyos.gitstore import names
from companyos.gitstore.commands import Commands
from companyos.gitstore.reading import Reader
from companyos.releases.store import NewTag, Publication


@dataclass(frozen=True, slots=True)
class Written:
    """The objects of one publication. `tag` is the tag object's id."""

    commit: str
    tag: str | None


def check(publication: Publication) -> None:
    """Refuse what must not reach Git.

    Raises:
        UsageError: a name, path, author or time that a commit cannot carry.
    """
    if publication.parent is not None:
        names.object_id(publication.parent)
    for path in publication.files:
        names.path(path)
    names.person(publication.author.name, "name")
    names.person(publication.author.email, "address")
    if publication.at.tzinfo is None:
        raise UsageError(f"the time `{publication.at}` lacks a time zone")
    if not publication.message.strip():
        raise UsageError("a commit needs a message")
    if publication.tag is not None:
        names.name(publication.tag.name, "tag")
        names.object_id(publication.tag.target or "0" * 40)


def write_objects(git: Commands, reader: Reader, publication: Publication) -> Written:
    """Write the commit and the tag, and return their ids.

    Raises:
        UsageError: the tag's target is not a commit in this repository.
    """
    commit = _write_commit(git, _write_tree(git, publication), publication)
    if publication.tag is None:
        return Written(commit, None)
    if publication.tag.target is not None:
        reader.tree_of(publication.tag.target)
    return Written(commit, _write_tag(git, publication.tag, commit, publication))


def _write_tree(git: Commands, publication: Publication) -> str:
    rows = "".join(
        f"100644 blob {_write_blob(git, data)}\t{path}\0"
        for path, data in publication.files.items()
    )
    with tempfile.TemporaryDirectory(prefix="companyos-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        if publication.parent is not None:
            git.must("read-tree", publication.parent, env=env)
        git.must("update-index", "-z", "--index-info", stdin=rows.encode(), env=env)
        return git.must("write-tree", env=env).text


def _write_blob(git: Commands, data: bytes) -> str:
    return git.must("hash-object", "-w", "--stdin", stdin=data).text


def _write_commit(git: Commands, tree: str, publication: Publication) -> str:
    parents = () if publication.parent is None else ("-p", publication.parent)
    return git.must(
        "commit-tree",
        "--no-gpg-sign",
        *parents,
        tree,
        stdin=_message(publication.message),
        env=identity(publication),
    ).text


def _write_tag(
    git: Commands, tag: NewTag, commit: str, publication: Publication
) -> str:
    author = publication.author
    header = (
        f"object {tag.target or commit}\n"
        "type commit\n"
        f"tag {tag.name}\n"
        f"tagger {author.name} <{author.email}> {_seconds(publication)} +0000\n\n"
    )
    return git.must("mktag", stdin=header.encode() + _message(tag.message)).text


def identity(publication: Publication) -> Mapping[str, str]:
    """Return who and when, so that no configured identity is needed."""
    person = publication.author
    when = f"{_seconds(publication)} +0000"
    return {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (
            ("NAME", person.name),
            ("EMAIL", person.email),
            ("DATE", when),
        )
    }


def _seconds(publication: Publication) -> int:
    return int(publication.at.timestamp())


def _message(text: str) -> bytes:
    return text.rstrip("\n").encode() + b"\n"
