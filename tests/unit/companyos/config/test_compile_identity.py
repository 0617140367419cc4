"""From `config/identity.yaml` to the settings that a backend is opened with."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import check_cases
from companyos.config.compile import compile_state
from companyos.config.documents.identity_backends import OURS
from companyos.digests import JSONObject
from companyos.errors import InvalidStateError
from companyos.identity.backends import registry
from companyos.releases.entries import Part
from companyos.snapshot import Snapshot

IDENTITY = "config/identity.yaml"
CATALOG = "config/catalog.yaml"
TOKENS = b"""
tokens:
  issuer: https://id.companyos.example
  audience: companyos
  algorithms: [ES256]
"""


def snapshot_of(files: Mapping[str, bytes]) -> Snapshot:
    """Return the snapshot of a desired state."""
    parts = compile_state(files).components
    return Snapshot.load(
        tenants=parts[Part.TENANTS],
        policies=parts[Part.POLICIES],
        flags=parts[Part.FLAGS],
    )


def with_identity(text: str) -> dict[str, bytes]:
    """Return the good base with another identity document."""
    first = check_cases.base()[IDENTITY].partition(b"\n")[0]
    head = first if first.startswith(b"#") else b""
    return {
        **check_cases.base(),
        IDENTITY: head + b"\n" + text.encode() + TOKENS,
    }


def risky(files: Mapping[str, bytes], value: str) -> dict[str, bytes]:
    """Return the state with `require_fresh` added to its first action."""
    text = files[CATALOG].decode()
    start = text.index("{description", text.index("\nactions:"))
    changed = f"{text[: start + 1]}require_fresh: {value}, {text[start + 1 :]}"
    return {**files, CATALOG: changed.encode()}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("backend: sqlite\nsqlite: {path: run/a.db}", {"path": "run/a.db"}),
        ("backend: sqlite\nsqlite: {path_env: FILE}", {"path_env": "FILE"}),
        ("backend: postgres\npostgres: {dsn_env: DSN}", {"dsn_env": "DSN"}),
        (
            "backend: http\nhttp: {url: https://graph.example/a, token_env: T}",
            {"url": "https://graph.example/a", "token_env": "T"},
        ),
        (
            'backend: scim\nscim: {url: "https://id.example/{tenant}"}',
            {"url": "https://id.example/{tenant}", "match": "externalId"},
        ),
        ("backend: csv\noptions: {path: a, rows: 3}", {"path": "a", "rows": 3}),
        ("backend: csv", {}),
        ("backend: csv\nsqlite: {path: a}", {}),
    ],
)
def test_a_backend_is_told_what_stands_in_its_section(
    text: str, options: JSONObject
) -> None:
    """And nothing of another backend's section."""
    identity = snapshot_of(with_identity(text)).identity
    assert identity.backend == text.split()[1]
    assert dict(identity.options) == options


@pytest.mark.parametrize(
    "text",
    [
        "backend: sqlite",
        "backend: sqlite\nsqlite: {}",
        "backend: sqlite\nsqlite: {path: a, path_env: B}",
        "backend: postgres\npostgres: {dsn: host=db}",
        "backend: http\nhttp: {url: https://me@graph.example}",
        "backend: scim\nscim: {url: https://id.example}",
        'backend: scim\nscim: {url: "https://id.example/{tenant}", match: mail}',
        "backend: cache",
        "backend: options\noptions: {}",
        "backend: csv\noptions: {rate: 0.5}",
        "backend: csv\noptions: {deep: {er: 1}}",
    ],
)
def test_what_no_backend_could_use_is_a_finding(text: str) -> None:
    """Before anything is released, and with its line."""
    with pytest.raises(InvalidStateError) as caught:
        compile_state(with_identity(text))
    assert {each.place.file for each in caught.value.findings} == {IDENTITY}


def test_the_sections_are_those_of_our_backends() -> None:
    """Every backend of ours has one, and so has nobody else."""
    assert set(OURS) == {registry.STATIC, *registry.OURS}


def test_an_action_may_demand_a_fresh_subject() -> None:
    """The snapshot names exactly the actions that do."""
    plain = snapshot_of(check_cases.base()).policies.catalog
    demanding = snapshot_of(risky(check_cases.base(), "true")).policies.catalog
    assert plain.fresh_actions == frozenset()
    assert demanding.fresh_actions == {next(iter(plain.actions))}


def test_not_to_demand_it_changes_no_byte() -> None:
    """`false` is what every catalogue says that says nothing."""
    plain = compile_state(check_cases.base()).components
    assert compile_state(risky(check_cases.base(), "false")).components == plain
