"""What may stand in the repository: no traces of a machine, no dead links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

# Joined here, so that this file does not hold what it looks for.
REGISTRY_HOSTS = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.debian" + ".org",
)
MACHINE_PATH = re.compile(
    r"(?<![\w.~-])/(?:home/[a-z]|Users/[A-Za-z]|root/[\w.]|work/[a-z])|\b[A-Z]:\\Users\\"
)
FENCE = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6}\s+(.*)$", re.MULTILINE)


def texts(files: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    """Yield every file that is UTF-8 text."""
    for path in files:
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_package_registry(
    shared_files: tuple[Path, ...], root: Path
) -> None:
    """Whoever installs decides where from, so no file names the host of a registry."""
    named = {
        f"{path.relative_to(root)}: {host}"
        for path, text in texts(shared_files)
        for host in REGISTRY_HOSTS
        if host in text
    }
    assert named == set()


def test_no_file_names_a_path_of_one_machine(
    shared_files: tuple[Path, ...], root: Path
) -> None:
    """A path that exists on one machine only is a trace of it, and no use to others."""
    named = {
        f"{path.relative_to(root)}: {found.group()}"
        for path, text in texts(shared_files)
        for found in MACHINE_PATH.finditer(text)
    }
    assert named == set()


def test_every_relative_link_leads_somewhere(
    shared_files: tuple[Path, ...], root: Path
) -> None:
    """Each relative link in a Markdown page names a file, and a heading that it has."""
    dead = {
        f"{path.relative_to(root)}: {target}"
        for path, text in texts(shared_files)
        if path.suffix == ".md" and "tests" not in path.relative_to(root).parts
        for target in LINK.findall(FENCE.sub("", text))
        if "://" not in target and not target.startswith("mailto:")
        if not leads_somewhere(path, target)
    }
    assert dead == set()


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Exit status", "exit-status"),
        ("`make demo`, and what it shows", "make-demo-and-what-it-shows"),
        ("0003: Dependencies", "0003-dependencies"),
    ],
)
def test_an_anchor_is_made_as_forges_make_it(heading: str, anchor: str) -> None:
    """Lower case, punctuation dropped, spaces as hyphens."""
    assert anchor_of(heading) == anchor


def leads_somewhere(page: Path, target: str) -> bool:
    """Tell whether a link's file exists and has the heading that the link names."""
    name, _, anchor = target.partition("#")
    file = (page.parent / name) if name else page
    if not file.exists():
        return False
    if not anchor or file.suffix != ".md":
        return True
    headings = HEADING.findall(FENCE.sub("", file.read_text("utf-8")))
    return anchor in {anchor_of(heading) for heading in headings}


def anchor_of(heading: str) -> str:
    """Return the fragment under which a forge links to `heading`."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
