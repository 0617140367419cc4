"""Which names may reach Git: nothing that it could take for an option or a place.

Names that people or files give are checked here before they become arguments. The rules
are narrower than Git's own, so that no two tools read one name differently.
"""

from __future__ import annotations

import re

from companyos.errors import UsageError

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+/@-]{0,199}")
_REMOTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
# What `git rev-parse` reads inside one repository: names, `~`, `^`, `@{...}`. A colon,
# which names a path or starts a search, two dots and blanks are left out.
_REVISION = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_.+/@~^{}-]{0,255}")
_PATH = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.+@-]*")
_PERSON = re.compile(r"[^<>\n]{1,200}")


def object_id(text: str) -> str:
    """Return `text` if it is a full object id."""
    if not _OBJECT_ID.fullmatch(text):
        raise _refusal("an object id", text, "40 or 64 hexadecimal digits")
    return text


def name(text: str, what: str) -> str:
    """Return `text` if it can name a branch or a tag."""
    steps = text.split("/")
    odd = any(
        not step or step[0] in ".-" or step.endswith((".", ".lock")) for step in steps
    )
    if not _NAME.fullmatch(text) or odd or ".." in text or "@{" in text or text == "@":
        raise _refusal(f"the name of a {what}", text, "letters, digits and `._+/@-`")
    return text


def ref(text: str) -> str:
    """Return `text` if it is the full name of a ref, or `HEAD`."""
    if text != "HEAD" and not text.startswith("refs/"):
        raise _refusal("the full name of a ref", text, "it to begin with `refs/`")
    return name(text, "ref")


def remote(text: str) -> str:
    """Return `text` if it can name a remote; an address is not a name."""
    if not _REMOTE.fullmatch(text) or ".." in text or text.endswith((".", ".lock")):
        raise _refusal("the name of a remote", text, "a name such as `origin`")
    return text


def revision(text: str) -> str:
    """Return `text` if it can name one commit."""
    if not _REVISION.fullmatch(text) or ".." in text:
        raise _refusal("a revision", text, "a commit id, a branch or a tag")
    return text


def path(text: str) -> str:
    """Return `text` if it is a path inside a tree, with slashes."""
    for step in text.split("/"):
        reserved = step in {".", ".."} or step.lower() in {".git", "git~1"}
        if not _PATH.fullmatch(step) or reserved or step.endswith("."):
            raise _refusal("a path", text, "a relative one of letters, digits, `._+@-`")
    return text


def person(text: str, what: str) -> str:
    """Return `text` if a commit can carry it as its author's name or address."""
    if not _PERSON.fullmatch(text) or not text.isprintable() or not text.strip(" .,;"):
        raise _refusal(f"an author's {what}", text, "printable text without `<` or `>`")
    return text


def shown(text: str, longest: int = 400) -> str:
    """Return `text` without what could steer a terminal, and not too long."""
    kept = "".join(letter for letter in text if letter.isprintable())
    return kept if len(kept) <= longest else kept[:longest] + " …"


def _refusal(what: str, text: str, expected: str) -> UsageError:
    return UsageError(f"`{shown(text, 80)}` is not {what}: expected {expected}")
