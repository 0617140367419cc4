"""Files of exports as flags choose them: the format and the rows read at once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from bundles import (
    boolean_flag,
    flags_document,
    put_in_force,
    tenants_document,
    write_version,
)
from companyos.digests import JSONObject, JSONValue, digest_of
from service_processes import Reply, ServiceProcess

NAMES = ("bulk-export", "settings-bulk-update", "export-format", "export-page-size")


def chosen(
    name: str, type_: str, variants: JSONObject, usual: str, for_a: str
) -> JSONObject:
    """Return a flag with variants that gives pilot-a another than the usual one."""
    override: JSONValue = {
        "pilot-a": {"serve": {"variant": for_a}, "until": None, "reason": ""}
    }
    changes: JSONObject = {
        "type": type_,
        "variants": variants,
        "default": usual,
        "off": usual,
        "overrides": override,
    }
    return {**boolean_flag(name, {}), **changes}


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """Run the exports service with CSV, three rows at a time, for one tenant."""
    directory = tmp_path_factory.mktemp("export-files")
    flags = dict(flags_document())
    records = flags["flags"]
    assert isinstance(records, dict)
    formats: JSONObject = {"csv": "text/csv", "jsonl": "application/jsonl"}
    sizes: JSONObject = {"small": 100, "three": 3}
    flags["flags"] = {
        **records,
        "export-format": chosen("export-format", "string", formats, "jsonl", "csv"),
        "export-page-size": chosen(
            "export-page-size", "integer", sizes, "small", "three"
        ),
    }
    document = tenants_document()
    tenants = document["tenants"]
    assert isinstance(tenants, dict)
    for name in ("pilot-a", "pilot-b"):
        tenants[name] = {**tenants[name], "feature_flags": sorted(NAMES)}
    bundle = directory / "bundle"
    put_in_force(bundle, write_version(bundle, tenants=document, flags=flags))
    service = ServiceProcess("exports", directory, "--seed-demo-data")
    yield service
    assert service.stop() == 0


def content(
    service: ServiceProcess, who: str, *datasets: str
) -> tuple[JSONObject, Reply]:
    """Export these datasets; return the export and its file."""
    body: JSONObject = {"datasets": list(datasets)}
    made = service.ask_as(who, "POST", "/v1/exports", body)
    assert made.status == 201, made.body
    path = f"/v1/exports/{made.json()['id']}/content"
    return made.json(), service.ask_as(who, "GET", path)


def test_a_tenant_gets_csv_where_the_flag_says_so(exports: ServiceProcess) -> None:
    """Ten rows, read in pages of three, are one file with one header."""
    made, reply = content(exports, "ana@pilot-a", "invoices", "visits")
    assert reply.headers["Content-Type"].startswith("text/csv")
    assert f'filename="{made["id"]}.csv"' in reply.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(reply.body.decode(), newline="")))
    assert len(rows) == made["row_count"] == 10
    assert [row["number"] for row in rows] == ["1", "2", "3", "4", "5"] * 2
    assert {row["tenant"] for row in rows} == {"pilot-a"}


def test_another_tenant_gets_json_lines(exports: ServiceProcess) -> None:
    """The digest of an export is that of this file."""
    made, reply = content(exports, "bob@pilot-b", "invoices")
    assert reply.headers["Content-Type"] == "application/jsonl"
    assert digest_of(reply.body) == made["digest"]
    assert len([json.loads(line) for line in reply.body.splitlines()]) == 5


def test_the_decision_log_says_which_flags_were_asked(exports: ServiceProcess) -> None:
    """Both flags stand in the line of the decision that the file was given by."""
    content(exports, "ana@pilot-a", "invoices")

    def logged(_: JSONObject) -> bool:
        lines = [json.dumps(line) for line in exports.log_lines("decision")]
        return any("export-format" in x and "export-page-size" in x for x in lines)

    assert exports.until(logged)  # lines are written by a thread of their own
