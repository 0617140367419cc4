"""Which files have a name: all of them, whatever was added and removed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.checks.names import Name, Part, Space
from companyos.config.name_index import NameIndex

TEXTS = st.text(max_size=3)
NAMES = st.builds(Name, st.sampled_from(Part), st.sampled_from(Space), TEXTS)
FILES = st.dictionaries(TEXTS, st.lists(NAMES, max_size=4), max_size=6)


@given(FILES, FILES)
def test_it_names_every_file_of_a_name(
    before: dict[str, list[Name]], after: dict[str, list[Name]]
) -> None:
    """Also after files have got other names, and once it was written and read."""
    index = NameIndex.of(before.items())
    index = NameIndex.from_bytes(index.to_bytes(), after)
    for path, names in before.items():
        index.remove(path, names)
    for path, names in after.items():
        index.add(path, names)
    assert index.to_bytes() == NameIndex.of(after.items()).to_bytes()
    for path, names in after.items():
        for name in names:
            assert path in index.files(name)


def test_it_names_no_other_files() -> None:
    """But where two checksums are one, which is rare."""
    names = [Name(Part.GIVES, Space.FLAG, f"f{n}") for n in range(200)]
    index = NameIndex.of((f"{n}.yaml", [name]) for n, name in enumerate(names))
    found = [index.files(name) for name in names]
    assert found == [[f"{n}.yaml"] for n in range(200)]
    assert index.files(Name(Part.USES, Space.FLAG, "f1")) == []


def test_what_is_not_there_cannot_be_removed() -> None:
    """Then the index is not the one of these files."""
    index = NameIndex.of([("a", [Name(Part.GIVES, Space.FLAG, "f")])])
    with pytest.raises(ValueError, match="does not fit"):
        index.remove("a", [Name(Part.GIVES, Space.FLAG, "g")])
