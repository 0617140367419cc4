"""Running the tests of policy bundles: cases, coverage, mistakes made on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from companyos.config.compile import compile_state
from companyos.config.load import Loaded, load
from companyos.config.policy_tests import policy_tests_of
from companyos.digests import JSONObject, strict_json
from companyos.documents import object_at
from companyos.errors import CompanyosError, UsageError
from companyos.policytests import (
    Coverage,
    Mutant,
    PolicyTests,
    Result,
    coverage_of,
    mutants_of,
    run,
    world_of,
)
from companyos.policytests.running import all_pass
from companyos.policytests.world import bundle_alone
from companyos.releases.entries import Part
from companyos_cli.wiring import Workspace


@dataclass(frozen=True, slots=True)
class Tested:
    """One bundle's tests and all that came of them; no mutants were made if None."""

    tests: PolicyTests
    results: tuple[Result, ...]
    coverage: Coverage
    mutants: int | None = None
    survivors: tuple[Mutant, ...] = ()

    @property
    def failed(self) -> tuple[Result, ...]:
        """Return the cases whose answer is not the expected one."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def passed(self) -> bool:
        """Return whether every case passed and no mutant lived."""
        return not self.failed and not self.survivors


def tested(
    workspace: Workspace, names: Sequence[str], *, mutate: bool, today: date
) -> tuple[Tested, ...]:
    """Return what became of the tests of these bundles, or of all that have any.

    Raises:
        UsageError: a bundle has no tests, or there are none at all.
        InvalidStateError: the desired state has errors.
    """
    loaded = load(workspace.sources, today=today)
    compiled = compile_state(loaded).components
    chosen = _chosen(loaded, names)
    regions = object_at(
        object_at(strict_json(compiled[Part.TENANTS]), "tenants")["regions"], "regions"
    )
    return tuple(
        _tested(tests, compiled[Part.POLICIES], regions, mutate=mutate)
        for tests in chosen
    )


def _chosen(loaded: Loaded, names: Sequence[str]) -> tuple[PolicyTests, ...]:
    known = {tests.bundle_id: tests for tests in policy_tests_of(loaded)}
    if not known:
        raise UsageError(
            "no policy bundle has tests",
            hint="write them into `config/policies/BUNDLE.tests.yaml`",
        )
    for name in names:
        if name not in known:
            raise UsageError(
                f"policy bundle `{name}` has no tests",
                hint=f"these have: {', '.join(sorted(known))}",
            )
    return tuple(known[name] for name in (names or sorted(known)))


def _tested(
    tests: PolicyTests, policies: bytes, regions: JSONObject, *, mutate: bool
) -> Tested:
    document = bundle_alone(policies, tests.bundle_id)
    world = world_of(document, tests.tenant, tests.bundle_id, regions=regions)
    results = run(tests, world)
    coverage = coverage_of(tests, results, world)
    if not mutate:
        return Tested(tests, results, coverage)
    # A case that fails already would kill every mutant.
    passing = [result.case for result in results if result.passed]
    made = list(mutants_of(document))
    survivors: list[Mutant] = []
    for mutant in made:
        try:
            odd = world_of(
                mutant.document, tests.tenant, tests.bundle_id, regions=regions
            )
        except CompanyosError:
            continue  # no service would load it
        if all_pass(tests, passing, odd):
            survivors.append(mutant)
    return Tested(tests, results, coverage, len(made), tuple(survivors))
