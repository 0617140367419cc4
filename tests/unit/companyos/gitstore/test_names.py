"""Names on their way to Git."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.errors import UsageError
from companyos.gitstore import names

CHECKS: dict[str, Callable[[str], str]] = {
    "object id": names.object_id,
    "branch": lambda text: names.name(text, "branch"),
    "ref": names.ref,
    "remote": names.remote,
    "revision": names.revision,
    "path": names.path,
    "person": lambda text: names.person(text, "name"),
}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("object id", "a" * 40),
        ("object id", "0" * 64),
        ("branch", "main"),
        ("branch", "feature/a_b.c+d"),
        ("branch", "release/1.0.0-rc.1+build"),
        ("ref", "HEAD"),
        ("ref", "refs/remotes/origin/main"),
        ("remote", "origin"),
        ("revision", "HEAD~3"),
        ("revision", "@{upstream}"),
        ("revision", "release/v1.4.0^{commit}"),
        ("path", "releases/log/000000/00000000.json"),
        ("path", "config/tenants/pilot-a.yaml"),
        ("path", ".github"),
        ("path", "a..b"),
        ("person", "Ada Lovelace"),
        ("person", "李小龍"),
    ],
)
def test_ordinary_names_pass(what: str, text: str) -> None:
    """What people use comes back as it is."""
    assert CHECKS[what](text) == text


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("object id", "A" * 40),
        ("object id", "a" * 41),
        ("object id", "a" * 40 + "\n"),
        ("branch", "main.lock"),
        ("branch", "a/.b"),
        ("branch", "a/-b"),
        ("branch", "a."),
        ("branch", "a/"),
        ("branch", "a//b"),
        ("branch", "@"),
        ("branch", "a@{1}"),
        ("branch", "main\n"),
        ("ref", "main"),
        ("remote", "https://example.test/x"),
        ("remote", "../origin"),
        ("revision", "main..dev"),
        ("revision", "HEAD:README"),
        ("revision", ":/fix"),
        ("revision", "^main"),
        ("path", "git~1/x"),
        ("path", ".Git/x"),
        ("path", "a./b"),
        ("person", ""),
        ("person", " . "),
        ("person", "a\x00b"),
        ("person", "a\u202eb"),
    ],
)
def test_odd_names_do_not_pass(what: str, text: str) -> None:
    """What Git or a file system could read in another way is refused."""
    with pytest.raises(UsageError):
        CHECKS[what](text)


@pytest.mark.parametrize("what", sorted(set(CHECKS) - {"person"}))
@given(text=st.text(max_size=30) | st.text("-./@{}~^: aH\n", max_size=12))
def test_what_passes_is_no_option_and_no_way_out(what: str, text: str) -> None:
    """Whatever comes, a name that passes begins no option and leaves no folder."""
    try:
        passed = CHECKS[what](text)
    except UsageError:
        return
    assert passed == text
    assert passed.isascii()
    assert passed.isprintable()
    assert not passed.startswith(("-", "/", ":", "^", "~"))
    assert ".." not in passed.split("/")
    assert " " not in passed


def test_words_of_others_are_shown_without_what_steers_a_terminal() -> None:
    """Escapes, bidi marks and line ends are left out, and long words cut."""
    assert names.shown("a\x1b[31m\u202eb\nc") == "a[31mbc"
    assert names.shown("x" * 500, 10) == "x" * 10 + " …"
