"""Where entries and tags are: the names in the tree and among the tags."""

from __future__ import annotations

from companyos.releases.entries import Entry, Promotion, Release, Rollback

LOG_FOLDER = "releases/log"
FOLDER_ENTRIES = 256
"""Entries a folder: small trees keep a commit and a history pass over it cheap."""

TAG_PREFIXES = ("release/", "promote/")
"""Tags below these belong to the release log: each has an entry, or should not be."""


def entry_path(index: int) -> str:
    """Return the path of entry `index`."""
    return f"{entry_folder(index)}/{index:08d}.json"


def entry_folder(index: int) -> str:
    """Return the folder that holds entry `index`."""
    return f"{LOG_FOLDER}/{index // FOLDER_ENTRIES:06d}"


def tag_name(entry: Entry) -> str | None:
    """Return the name of the tag that goes with an entry, None for kinds without."""
    match entry.body:
        case Release(version=version):
            return f"release/{version}"
        case Promotion(stage=stage) | Rollback(stage=stage):
            return f"promote/{stage}/{entry.position.index}"
        case _:
            return None
