"""The tests of policy bundles, from their files to values that can be asked.

Names in a table refer to its own fixtures, to the catalogue and to a bundle. A table
that names what is not there tests nothing, so that is an error and no failed case.
"""

from __future__ import annotations

from collections.abc import Iterator

from companyos.authz.vocabulary import Effect
from companyos.config.documents import PolicyTestsDocument
from companyos.config.documents.policy_tests import MatrixDocument
from companyos.config.kinds import stem_of
from companyos.config.load import Loaded
from companyos.config.marks import Marks, Span
from companyos.config.yaml_source import read
from companyos.errors import InvalidStateError
from companyos.findings import Finding, Severity, in_order
from companyos.policytests import (
    Case,
    Expected,
    PolicyTests,
    ResourceGiven,
    SubjectGiven,
    TenantGiven,
)

CHECK = "policy/tests"


def policy_tests_of(loaded: Loaded) -> tuple[PolicyTests, ...]:
    """Return the tests of a desired state, by bundle.

    Raises:
        InvalidStateError: a table names a bundle or a fixture that is not there.
    """
    found: list[PolicyTests] = []
    wrong: list[Finding] = []
    for path in sorted(loaded.values):
        if path.endswith(".tests.yaml"):
            document = loaded.documents[path]
            assert isinstance(document, PolicyTestsDocument)  # noqa: S101 - by its path
            reader = _Reader(path, document, read(path, loaded.sources[path]).marks)
            wrong += reader.problems(loaded)
            found.append(reader.tests())
    if wrong:
        first = in_order(wrong)[0]
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise InvalidStateError(
            f"{first.place}: {first.message}{more}", in_order(wrong), hint=first.hint
        )
    return tuple(found)


class _Reader:
    """Reads one file, whose shape is known to be right."""

    def __init__(self, path: str, document: PolicyTestsDocument, marks: Marks) -> None:
        self._path = path
        self._document = document
        self._marks = marks

    def tests(self) -> PolicyTests:
        document = self._document
        tenant = document.tenant
        classification = tenant.data_classification
        return PolicyTests(
            bundle_id=document.bundle_id,
            file=self._path,
            tenant=TenantGiven(
                tenant.tenant_id,
                tenant.env,
                tenant.data_region,
                None if classification is None else classification.value,
            ),
            subjects={
                name: SubjectGiven(
                    frozenset(each.roles), dict(each.attributes), each.tenant
                )
                for name, each in document.subjects.items()
            },
            resources={
                name: ResourceGiven(each.type, dict(each.attributes), each.tenant)
                for name, each in document.resources.items()
            },
            cases=(*self._cases(), *self._matrix_cases()),
        )

    def _cases(self) -> Iterator[Case]:
        for index, case in enumerate(self._document.cases):
            expect = case.expect
            yield Case(
                case.name,
                case.subject,
                case.action,
                case.resource,
                Expected(expect.effect, expect.code, expect.rule),
                self._span(("cases", index, "name")).line,
            )

    def _matrix_cases(self) -> Iterator[Case]:
        for index, matrix in enumerate(self._document.matrix):
            line = self._span(("matrix", index, "name")).line
            for subject, action, resource, expected in _questions(matrix):
                name = f"{matrix.name}: {subject}, {action}, {resource}"
                yield Case(name, subject, action, resource, expected, line)

    def problems(self, loaded: Loaded) -> Iterator[Finding]:
        """Yield each name that refers to nothing."""
        document = self._document
        bundles = {each.id.text for each in loaded.facts.bundles}
        if document.bundle_id != stem_of(self._path):
            wanted = f"call the file `{document.bundle_id}.tests.yaml`"
            yield self._problem(("bundle_id",), "the file is called otherwise", wanted)
        elif document.bundle_id not in bundles:
            message = f"there is no policy bundle `{document.bundle_id}`"
            yield self._problem(("bundle_id",), message, "name one that exists")
        regions = {each.name.text for each in loaded.facts.regions or ()}
        if document.tenant.data_region not in regions:
            message = f"there is no region `{document.tenant.data_region}`"
            place = ("tenant", "data_region")
            yield self._problem(place, message, "declare it in `config/regions.yaml`")
        for index, case in enumerate(document.cases):
            named = (("subject", case.subject), ("resource", case.resource))
            for noun, name in named:
                yield from self._unknown(("cases", index, noun), noun, name)
        for index, matrix in enumerate(document.matrix):
            yield from self._matrix_problems(index, matrix)

    def _matrix_problems(self, index: int, matrix: MatrixDocument) -> Iterator[Finding]:
        named = (
            ("allow", "subject", matrix.allow),
            ("deny", "subject", matrix.deny),
            ("resources", "resource", matrix.resources),
        )
        for key, noun, names in named:
            for number, name in enumerate(names):
                yield from self._unknown(("matrix", index, key, number), noun, name)
        listed = [*matrix.allow, *matrix.deny]
        own = {n for n, each in self._document.subjects.items() if each.tenant is None}
        for name in sorted(own.difference(listed)):
            message = f"subject `{name}` is neither on `allow` nor on `deny`"
            yield self._problem(("matrix", index, "name"), message, "put it on one")
        for name in sorted(set(matrix.allow).intersection(matrix.deny)):
            message = f"subject `{name}` is on `allow` and on `deny`"
            yield self._problem(("matrix", index, "name"), message, "leave it on one")

    def _unknown(
        self, at: tuple[str | int, ...], noun: str, name: str
    ) -> Iterator[Finding]:
        document = self._document
        known = document.subjects if noun == "subject" else document.resources
        if name not in known:
            hint = f"there are: {', '.join(sorted(known))}"
            yield self._problem(at, f"there is no {noun} `{name}` here", hint)

    def _problem(self, at: tuple[str | int, ...], message: str, hint: str) -> Finding:
        return Finding(
            check=CHECK,
            severity=Severity.ERROR,
            message=message,
            place=self._span(at).of(self._path),
            hint=hint,
        )

    def _span(self, at: tuple[str | int, ...]) -> Span:
        return self._marks.at(at).span


def _questions(matrix: MatrixDocument) -> Iterator[tuple[str, str, str, Expected]]:
    rows = [(name, Effect.ALLOW) for name in matrix.allow]
    rows += [(name, Effect.DENY) for name in matrix.deny]
    for action in matrix.actions:
        for resource in matrix.resources:
            for subject, effect in rows:
                yield subject, action, resource, Expected(effect)
