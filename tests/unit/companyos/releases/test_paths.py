"""Names of entries and tags: they are in people's scripts, so they do not change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companyos.releases.paths import entry_path, tag_name
from release_logs import World, release_of


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "releases/log/000000/00000000.json"),
        (255, "releases/log/000000/00000255.json"),
        (256, "releases/log/000001/00000256.json"),
        (12_345_678, "releases/log/048225/12345678.json"),
    ],
)
def test_an_entry_has_its_place(index: int, path: str) -> None:
    """A folder holds 256 entries, and names sort in the entries' order."""
    assert entry_path(index) == path


def test_each_kind_has_its_tag() -> None:
    """Releases are tagged by version, what came to a stage by stage and entry."""
    world = World().begin()
    entry = world.entry(release_of("1.4.0-rc.1"))
    assert tag_name(entry) == "release/1.4.0-rc.1"
    assert tag_name(replace(entry, body=world.trust)) is None
    world.release("1.4.0")
    assert world.promote("1.4.0", "dev").tag == "promote/dev/2"
