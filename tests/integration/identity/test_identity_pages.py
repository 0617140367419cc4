"""What the pages on identity say is what the code does."""

from __future__ import annotations

import ast
import http.client
import json
import re
import sqlite3
from importlib import import_module
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from companyos.digests import JSONObject
from companyos.identity.backends import postgres, scim, sqlite
from companyos.identity.backends.registry import OURS, STATIC
from companyos.testing import SubjectServer
from identity_directories import ANA

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = (ROOT / "docs/reference/identity.md").read_text("utf-8")
HOW_TO = (ROOT / "docs/how-to/write-an-identity-backend.md").read_text("utf-8")
EXAMPLE = ROOT / "examples/identity-backend"
INTERFACE = yaml.safe_load((ROOT / "docs/reference/identity-openapi.yaml").read_bytes())
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    """Return the page's blocks of one language."""
    return [block for kind, block in FENCE.findall(text) if kind == language]


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """Return what checks a document against one schema of the interface."""
    schema = {**INTERFACE, "$ref": f"#/components/schemas/{name}"}
    return jsonschema_rs.Draft202012Validator(schema)


def test_the_tables_are_those_of_the_backends() -> None:
    """Whoever copies them from the page has what is queried."""
    found = [block.strip() for block in blocks(REFERENCE, "sql")]
    assert found == [sqlite.SCHEMA.strip(), postgres.SCHEMA.strip()]
    sqlite3.connect(":memory:").executescript(found[0]).connection.close()


def test_every_backend_has_a_section() -> None:
    """And each value that `match` can have is named."""
    headings = set(re.findall(r"^### (\w+)$", REFERENCE, re.MULTILINE))
    assert {STATIC, *OURS} <= headings
    assert all(f"`{each}`" in REFERENCE for each in scim.Match)


@pytest.mark.parametrize("language", ["python", "toml"])
def test_the_code_of_the_how_to_is_the_example(language: str) -> None:
    """No line of it can grow old alone."""
    written = "\n".join(
        path.read_text("utf-8")
        for path in sorted(EXAMPLE.rglob("*"))
        if path.suffix in {".py", ".toml"}
    )
    shown = blocks(HOW_TO, language)
    assert shown
    assert [each for each in shown if each.strip("\n") not in written] == []


def test_the_python_of_the_reference_is_python() -> None:
    """It parses; the names in it are those of the modules that it imports."""
    (shown,) = blocks(REFERENCE, "python")
    imported = [
        (str(node.module), each.name)
        for node in ast.walk(ast.parse(shown))
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    ]
    assert imported
    for module, name in imported:
        assert hasattr(import_module(module), name), f"{module}.{name}"


@pytest.mark.parametrize("name", ["Subject", "NotFound"])
def test_the_examples_of_the_interface_are_valid(name: str) -> None:
    """Each fits the schema it stands in."""
    examples = INTERFACE["components"]["schemas"][name]["examples"]
    assert examples
    for example in examples:
        validator(name).validate(example)


@pytest.mark.parametrize(
    ("subject_id", "name", "status"),
    [("ana", "Subject", 200), ("eve", "NotFound", 404)],
)
def test_the_server_for_tests_speaks_the_interface(
    subject_id: str, name: str, status: int
) -> None:
    """Both definite answers have the documented status, type and body."""
    documented = INTERFACE["paths"]["/v1/tenants/{tenant_id}/subjects/{subject_id}"]
    with SubjectServer([ANA]) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        connection.request("GET", f"/v1/tenants/pilot-a/subjects/{subject_id}")
        response = connection.getresponse()
        body: JSONObject = json.loads(response.read())
        connection.close()
    assert response.status == status
    kinds = documented["get"]["responses"][str(status)]["content"]
    assert response.headers["Content-Type"] in kinds
    validator(name).validate(body)
