"""The registry: names, order, and that every check is in it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from datetime import date

from companyos import checks
from companyos.checks.facts import (
    BundleFacts,
    CatalogFacts,
    Facts,
    RoleFacts,
    RuleFacts,
    TenantFacts,
    Word,
)
from companyos.checks.registry import CHECKS, run
from companyos.findings import in_order

TODAY = date(2026, 6, 1)


def word(text: str, line: int = 1, *, file: str = "x.yaml") -> Word:
    """Return a word on a line of a file."""
    return Word(text, file, line)


def tenant(name: str, bundle: str, region: str = "eu") -> TenantFacts:
    """Return a tenant that refers to a bundle and a region."""
    file = f"config/tenants/{name}.yaml"
    return TenantFacts(
        id=word(name, 2, file=file),
        env=word("dev", 3, file=file),
        bundle=word(bundle, 4, file=file),
        flags=(),
        region=word(region, 5, file=file),
    )


def test_every_module_with_a_check_is_registered() -> None:
    """A check that is written is also run."""
    modules = [
        importlib.import_module(f"companyos.checks.{each.name}")
        for each in pkgutil.iter_modules(checks.__path__)
    ]
    names = {module.CHECK.name for module in modules if hasattr(module, "CHECK")}
    assert names == set(CHECKS)


def test_names_have_a_group() -> None:
    """`group/name`, in lower case with hyphens."""
    assert all(re.fullmatch(r"[a-z]+/[a-z]+(-[a-z]+)*", name) for name in CHECKS)


def test_findings_come_by_place() -> None:
    """Whatever check they are of."""
    tenants = tuple(tenant(name, "nope", "nowhere") for name in ("b", "a"))
    found = run(Facts(tenants=tenants, regions=()), today=TODAY)
    assert found == in_order(found)


def test_what_is_not_known_is_not_complained_about() -> None:
    """Without catalogue, regions and stages, only the missing files are told."""
    found = run(Facts(tenants=(tenant("a", "nope"),)), today=TODAY)
    assert {each.check for each in found} == {"ref/missing-file", "ref/unknown-policy"}


def test_a_rule_id_inherited_twice_over_is_no_duplicate() -> None:
    """Two ways to one base bundle bring its rules once."""
    rule = RuleFacts(word("r"), (word("Viewer"),), (word("x:read"),))
    bundles = (
        BundleFacts(word("top"), False, (word("left"), word("right")), ()),
        BundleFacts(word("left"), True, (word("base"),), ()),
        BundleFacts(word("right"), True, (word("base"),), ()),
        BundleFacts(word("base"), True, (), (rule,)),
    )
    found = run(Facts(bundles=bundles), today=TODAY)
    assert "policy/duplicate-rule-id" not in {each.check for each in found}


def test_a_rule_id_twice_in_a_base_is_told_once() -> None:
    """However many bundles inherit the two."""
    rules = tuple(
        RuleFacts(word("r", line), (word("V"),), (word("x:read"),)) for line in (1, 2)
    )
    heirs = (BundleFacts(word(f"h{i}"), False, (word("base"),), ()) for i in range(3))
    bundles = (BundleFacts(word("base"), True, (), rules), *heirs)
    found = run(Facts(bundles=bundles), today=TODAY)
    told = [each for each in found if each.check == "policy/duplicate-rule-id"]
    assert [each.place.line for each in told] == [2]


def test_roles_that_differ_in_case_only_are_one() -> None:
    """`Viewer` and `viewer` would be mixed up."""
    roles = (RoleFacts(word("Viewer", 1), ()), RoleFacts(word("viewer", 2), ()))
    catalog = CatalogFacts(roles, (), frozenset(), (), ())
    found = run(Facts(catalog=catalog), today=TODAY)
    assert [each.place.line for each in found if each.check == "id/duplicate"] == [2]
