"""Decision tables: every case of `tests/cases/authz` gets the answer it expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import desired_states as states
from companyos.authz import Request, Resource, decide
from companyos.identity.subjects import Subject

CASES = Path(__file__).parents[3] / "cases" / "authz"

Row = dict[str, Any]  # type: ignore[explicit-any]  # a table has the shape it has
TABLES: dict[str, Row] = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted(CASES.glob("*.yaml"))
}
ROWS = [
    pytest.param(table["rules"], row, id=f"{name}: {row['name']}")
    for name, table in TABLES.items()
    for row in table["decisions"]
]


@pytest.mark.parametrize(("rules", "row"), ROWS)
def test_the_table_and_the_decision_agree(rules: list[Row], row: Row) -> None:
    """The decision has the effect, code, rule and errors that the table expects."""
    snapshot = states.snapshot(
        tenants={"pilot-a": {**states.tenant(), **row.get("tenant", {})}},
        bundles={
            "standard": states.bundle(
                *({**states.rule(rule["id"]), **rule} for rule in rules)
            )
        },
    )
    asking = row["subject"]
    subject = Subject(
        "pilot-a",
        asking.get("id", "somebody"),
        frozenset(asking["roles"]),
        asking["attributes"],
    )
    resource = Resource(
        "dataset", row.get("resource_id", "d1"), "pilot-a", row["resource"]
    )
    decision = decide(Request("pilot-a", subject, row["action"], resource), snapshot)
    found = {
        "effect": decision.effect,
        "code": decision.code,
        "rule": decision.rule_id,
        "errors": list(decision.errors),
    }
    assert found == {"rule": None, "errors": [], **row["expect"]}
    assert decision.reason


def test_there_are_tables() -> None:
    """An empty directory would pass in silence."""
    assert len(ROWS) >= 18
