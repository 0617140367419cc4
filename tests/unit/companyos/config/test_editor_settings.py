"""What editors get: schemas that explain every key, and which file has which."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from companyos.config import schemas
from companyos.config.editor_settings import PATH, editor_settings
from companyos.config.kinds import kind_of_path, schema_file
from companyos.digests import JSONValue

ROOT = Path(__file__).parents[4]


def test_the_repository_has_the_settings() -> None:
    """The file in the repository is what `companyos init` writes."""
    assert (ROOT / PATH).read_bytes() == editor_settings()


@pytest.mark.parametrize(
    "file",
    [path.relative_to(ROOT).as_posix() for path in (ROOT / "config").rglob("*.yaml")]
    + ["config/policies/base.tests.yaml"],
)
def test_every_file_has_one_schema(file: str) -> None:
    """Exactly the schema of the file's kind is mapped to it."""
    kind = kind_of_path(file)
    assert kind is not None
    mapped = json.loads(editor_settings())["yaml.schemas"]
    found = [schema for schema, globs in mapped.items() if _matches(file, globs)]
    assert found == [f"./schemas/{schema_file(kind)}"]
    assert schema_file(kind) in schemas.export()


def _matches(file: str, globs: str | list[str]) -> bool:
    rows = [globs] if isinstance(globs, str) else globs
    no = [row.removeprefix("!") for row in rows if row.startswith("!")]
    yes = [row for row in rows if not row.startswith("!")]
    return any(fnmatchcase(file, row) for row in yes) and not any(
        fnmatchcase(file, row) for row in no
    )


@pytest.mark.parametrize("name", sorted(schemas.export()))
def test_every_key_is_explained_with_an_example(name: str) -> None:
    """Editors show a description and an example for every key a person may write."""
    schema = json.loads(schemas.export()[name])
    assert schema["title"]
    assert schema["description"]
    silent = [
        pointer
        for pointer, inner in _properties(schema, "")
        if not (inner.get("description") and inner.get("examples"))
    ]
    assert silent == []


def _properties(
    schema: JSONValue, at: str
) -> Iterator[tuple[str, Mapping[str, JSONValue]]]:
    """Yield the keys that mappings declare; what `if` asks for is no declaration."""
    if isinstance(schema, list):
        for index, each in enumerate(schema):
            yield from _properties(each, f"{at}/{index}")
    if not isinstance(schema, Mapping):
        return
    declared = schema.get("properties")
    if isinstance(declared, Mapping) and "type" in schema:
        for key, inner in declared.items():
            assert isinstance(inner, Mapping)
            yield f"{at}/{key}", inner
    for key, each in schema.items():
        if key not in {"examples", "default"}:
            yield from _properties(each, f"{at}/{key}")
