"""Places in documents by names: what tells a list's item apart is said of it."""

from __future__ import annotations

import pytest

from companyos.checks.facts import PreferenceFacts, SubjectFacts, Word
from companyos.config.item_names import named, names_in_record, names_in_value
from companyos.digests import JSONValue
from companyos.findings import Finding, Place, Severity, Use

FILE = "config/policies/base.yaml"
RULES: JSONValue = {
    "rules": [
        {"id": "reads", "roles": ["Viewer", "*"]},
        {"effect": "allow"},
        {"name": "a/b", "order": [[1], True]},
    ],
    "subjects": [{"tenant_id": "acme", "subject_id": "ana"}],
    "variants": {"0": "small"},
}


def found(path: str, *uses: Use) -> Finding:
    """Return a finding at a place."""
    return Finding("a/b", Severity.ERROR, "m", Place(FILE), path=path, uses=uses)


@pytest.mark.parametrize(
    ("path", "by_names"),
    [
        ("/rules/0", "/rules/reads"),
        ("/rules/0/roles/1", "/rules/reads/roles/*"),
        ("/rules/1/effect", "/rules/1/effect"),
        ("/rules/2/order/0/0", "/rules/a~1b/order/0/1"),
        ("/rules/2/order/1", "/rules/a~1b/order/True"),
        ("/rules/9", "/rules/9"),
        ("/subjects/0/roles", "/subjects/acme ana/roles"),
    ],
)
def test_an_item_goes_by_what_tells_it_apart(path: str, by_names: str) -> None:
    """By its own text where it is one, else by its number; `/` is written out."""
    [finding] = named([found(path)], lambda _file: names_in_value(RULES))
    assert (finding.named_path or finding.path) == by_names
    assert finding.path == path


def test_a_key_that_is_a_number_is_no_items() -> None:
    """It stays what it is."""
    [finding] = named([found("/variants/0")], lambda _file: names_in_value(RULES))
    assert finding == found("/variants/0")


def test_a_record_tells_names_by_its_words() -> None:
    """Which say where in the document they are."""
    path = ("static", "subjects", 3)
    subject = SubjectFacts(
        tenant=Word("acme", FILE, path=(*path, "tenant_id")),
        id=Word("ana", FILE, path=(*path, "subject_id")),
        roles=(Word("Editor", FILE, path=(*path, "roles", 0)),),
        attributes=(),
    )
    assert names_in_record((subject,)) == {
        "/static/subjects/3": "acme ana",
        "/static/subjects/3/roles/0": "Editor",
    }


def test_what_is_no_record_has_no_names() -> None:
    """As of a file that could not be read."""
    assert names_in_record(None) == {}
    assert names_in_record(PreferenceFacts((), (), None)) == {}


def test_every_use_is_named_in_its_own_file() -> None:
    """A finding may be about many."""
    uses = Use(FILE, "/flags/0"), Use("other.yaml", "/flags/1")
    by_file = {FILE: {"/flags/0": "one"}, "other.yaml": {"/flags/1": "one"}}
    [finding] = named([found("/flags/0", *uses)], by_file.__getitem__)
    assert finding.uses == (Use(FILE, "/flags/one"), Use("other.yaml", "/flags/one"))
    assert finding.fingerprint == finding.fingerprints[0]
    assert len(set(finding.fingerprints)) == 2


def test_names_are_looked_for_only_where_a_number_is() -> None:
    """Most places have none, and reading names takes time."""
    nothing: dict[str, dict[str, str]] = {}
    told = named([found("/data_region")], nothing.__getitem__)
    assert told == [found("/data_region")]
