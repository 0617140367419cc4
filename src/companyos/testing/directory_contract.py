"""What every identity backend must do, as tests that any package can run on its own.

    class TestMyDirectory(DirectoryContract):
        def directory_holding(self, subjects): ...

The tests need pytest to find them and nothing else. A directory that passes can stand
behind the cache, which adds the limits of time and memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from companyos.identity.subjects import (
    AttributeValue,
    Directory,
    Freshness,
    Lookup,
    NotFound,
    Subject,
    Unavailable,
)


def person(
    tenant_id: str, subject_id: str, *roles: str, **known: AttributeValue
) -> Subject:
    """Return a subject with these roles and attributes."""
    return Subject(tenant_id, subject_id, frozenset(roles), known)


ANA = person(
    "pilot-a",
    "ana",
    "Analyst",
    "Viewer",
    department="finance",
    country="DE",
    employment_type="employee",
)
NAMESAKE = person("pilot-b", "ana", "CompanyAdmin", country="US")
BARE = person("pilot-a", "nobody-special")
ODD_IDS = (
    "o'hara",
    'qu"ote',
    "back\\slash",
    "a/b?c=d&e#f",
    "%00",
    "%2e%2e",
    "100%",
    "a;b--c",
    "{tenant}",
    "x" * 256,
)
"""Ids that mean something to SQL, URLs or filters, and are only ids."""

HOSTILE_IDS = (
    "",
    "ana ",
    " ana",
    "ana\x00",
    "ana\n",
    "\ud800",
    "ana\u0301",
    "\u00e1na",
    "\u0430na",
    "\uff41na",
    "x" * 10_240,
)
"""Ids that no subject can have; the last but one are look-alikes of `ana`."""

INJECTIONS = (
    "' OR '1'='1",
    "ana'--",
    'ana" or externalId pr or externalId eq "',
    'x"or(userName-pr)',
    "ana%",
    "an_",
    "*",
    "../ana",
    "..",
    "%61na",
    "ana?",
    "ana#",
)
"""Ids of nobody, which a careless backend would take for somebody."""


class DirectoryContract:
    """The behaviour that whoever looks subjects up relies on."""

    def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
        """Return a directory that holds exactly these subjects."""
        raise NotImplementedError

    def broken_directory(self) -> Directory | None:
        """Return one whose store cannot be reached, None where that cannot be."""
        return None

    def test_a_subject_is_found_as_it_is(self) -> None:
        """Roles and attributes come back whole, and the answer is a fresh one."""
        directory = self.directory_holding([ANA, NAMESAKE, BARE])
        _expect(_seen(directory, "pilot-a", "ana"), ANA)

    def test_the_tenant_is_part_of_the_key(self) -> None:
        """The same id in another tenant is somebody else."""
        directory = self.directory_holding([ANA, NAMESAKE])
        _expect(_seen(directory, "pilot-b", "ana"), NAMESAKE)

    def test_what_is_not_known_is_absent(self) -> None:
        """A subject without roles and attributes has none, rather than empty ones."""
        directory = self.directory_holding([ANA, BARE])
        _expect(_seen(directory, "pilot-a", "nobody-special"), BARE)

    def test_an_unknown_subject_is_not_found(self) -> None:
        """A definite answer, about the one who was asked for."""
        directory = self.directory_holding([ANA])
        _expect(_seen(directory, "pilot-a", "eve"), NotFound("pilot-a", "eve"))

    def test_a_subject_of_another_tenant_only_is_not_found(self) -> None:
        """Whom only another tenant has, this tenant does not have."""
        directory = self.directory_holding([ANA, person("pilot-b", "bob")])
        _expect(_seen(directory, "pilot-a", "bob"), NotFound("pilot-a", "bob"))

    def test_an_unknown_tenant_has_no_subjects(self) -> None:
        """Whether that is definite or not, nobody is found."""
        directory = self.directory_holding([ANA])
        answer = _seen(directory, "nowhere", "ana")
        _expect(isinstance(answer, Subject), False)

    def test_letter_case_counts(self) -> None:
        """`Ana` is not `ana`."""
        directory = self.directory_holding([ANA])
        _expect(_seen(directory, "pilot-a", "Ana"), NotFound("pilot-a", "Ana"))

    def test_an_odd_id_is_only_an_id(self) -> None:
        """Quotes, slashes and escapes find the one subject that has them."""
        odd = [person("pilot-a", each, "Viewer") for each in ODD_IDS]
        directory = self.directory_holding([ANA, *odd])
        for subject in odd:
            _expect(_seen(directory, "pilot-a", subject.subject_id), subject)

    def test_no_id_reaches_anybody_else(self) -> None:
        """Wildcards, paths and pieces of a query find nobody."""
        directory = self.directory_holding([ANA, NAMESAKE])
        for each in INJECTIONS:
            answer = _seen(directory, "pilot-a", each)
            _expect((each, isinstance(answer, Subject)), (each, False))

    def test_an_id_that_nobody_can_have_is_not_found(self) -> None:
        """Control characters, look-alikes, normal forms and 10 kB do no harm."""
        directory = self.directory_holding([ANA])
        for each in HOSTILE_IDS:
            _expect(_seen(directory, "pilot-a", each), NotFound("pilot-a", each))

    def test_a_tenant_that_cannot_be_is_not_found(self) -> None:
        """A tenant's id that is a path or a pattern is nobody's."""
        directory = self.directory_holding([ANA, NAMESAKE])
        for tenant_id in ("", "..", "pilot-a/../pilot-b", "Pilot-A", "%", "pilot_a"):
            _expect(_seen(directory, tenant_id, "ana"), NotFound(tenant_id, "ana"))

    def test_threads_may_ask_at_once(self) -> None:
        """Each gets the answer to its own question."""
        keys = [("pilot-a", "ana"), ("pilot-b", "ana"), ("pilot-a", "eve")] * 20
        directory = self.directory_holding([ANA, NAMESAKE])
        with ThreadPoolExecutor(max_workers=8) as pool:
            answers = list(pool.map(lambda key: _seen(directory, *key), keys))
        _expect(answers, [ANA, NAMESAKE, NotFound("pilot-a", "eve")] * 20)

    def test_a_store_that_is_away_is_unavailable(self) -> None:
        """It is not `NotFound`, which would be definite, and nothing is raised."""
        broken = self.broken_directory()
        if broken is not None:
            for each in ("ana", "eve"):
                answer = _seen(broken, "pilot-a", each)
                _expect(isinstance(answer, Unavailable), True)


def _seen(directory: Directory, tenant_id: str, subject_id: str) -> Lookup:
    """Return the answer, with attributes that compare by what they hold."""
    answer = directory.get_subject(tenant_id, subject_id)
    if isinstance(answer, Subject):
        _expect(answer.freshness, Freshness.FRESH)
        attributes = dict(answer.attributes)
        return Subject(answer.tenant_id, answer.subject_id, answer.roles, attributes)
    return answer


def _expect(found: object, wanted: object) -> None:
    """Fail with both values: `assert` says little outside a test module."""
    if found != wanted:
        raise AssertionError(f"found {found!r}, expected {wanted!r}")
