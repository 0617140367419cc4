from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from companyos.asgi.decision_log import LOGGER, Asked, DecisionLog, Inputs
from companyos.asgi.log_lines import LineWriter
from companyos.asgi.problems import Problem
from companyos.asgi.tenant_context import NO_TOKEN, Rejection
from companyos.asgi.tokens import Refusal
from companyos.authz import Decision, Effect, ReasonCode, Resource
from companyos.findings import Place
from companyos.flags import Evaluation, Reason
from companyos.identity import Freshness, Lookup, NotFound, Subject, Unavailable

ANA = Subject(
    "pilot-a", "ana", frozenset({"Analyst"}), {"country": "DE"}, Freshness.CACHED
)
DATASET = Resource("dataset", "invoices", "pilot-a", {"data_region": "eu"})
ON = Evaluation("bulk-export", True, "on", Reason.STATIC, rule="override:pilot-a")
ALLOWED = Decision(
    Effect.ALLOW,
    ReasonCode.ALLOW_RULE,
    "sha256:" + "a" * 64,
    bundle_id="pilot-standard",
    rule_id="export-stays-in-region",
    place=Place("config/policies/pilot-standard.yaml", 8),
    reason="an internal text",
)


class Log:
    """A decision log whose lines can be read."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self._writer = LineWriter(self._stream)
        self.log = DecisionLog("exports")
        logger = logging.getLogger(LOGGER)
        logger.setLevel(logging.INFO)
        logger.addHandler(self._writer)

    def close(self) -> None:
        """Stop listening to the logger."""
        logging.getLogger(LOGGER).removeHandler(self._writer)
        self._writer.close()

    def only_line(self) -> dict[str, object]:
        """Return the one line there must be."""
        self.close()
        (text,) = self._stream.getvalue().splitlines()
        found = json.loads(text)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def log() -> Iterator[Log]:
    """Give a log whose lines can be read."""
    made = Log()
    yield made
    made.close()


def asked(lookup: Lookup) -> Asked:
    """Return who asked, with this answer of the directory."""
    return Asked("pilot", "sha256:" + "b" * 64, "r1", "pilot-a", "ana", lookup)


def test_a_decision_line_explains_the_decision(log: Log) -> None:
    """Who asked what, what was answered, by which rule, from which configuration."""
    log.log.decision(
        asked(ANA), ALLOWED, action="dataset:export", resource=DATASET, flags=(ON,)
    )
    line = log.only_line()
    assert line.pop("ts")
    assert line == {
        "level": "info",
        "event": "decision",
        "service": "exports",
        "stage": "pilot",
        "tenant_id": "pilot-a",
        "subject_id": "ana",
        "request_id": "r1",
        "config_root": "sha256:" + "b" * 64,
        "identity_freshness": "cached",
        "effect": "allow",
        "code": "allow_rule",
        "rule": "export-stays-in-region",
        "place": "config/policies/pilot-standard.yaml:8",
        "policy_bundle": "pilot-standard",
        "policy_digest": "sha256:" + "a" * 64,
        "errors": [],
        "action": "dataset:export",
        "resource": {"type": "dataset", "id": "invoices"},
        "flags": [
            {
                "flag": "bulk-export",
                "variant": "on",
                "reason": "STATIC",
                "rule": "override:pilot-a",
            }
        ],
    }


def test_inputs_are_logged_where_they_are_asked_for(log: Log) -> None:
    """What was decided from, without what is masked or not declared."""
    log.log = DecisionLog("exports", inputs=Inputs(frozenset({"data_region"})))
    log.log.decision(
        asked(ANA),
        ALLOWED,
        action="dataset:export",
        resource=DATASET,
        flags=(),
        declared=("country", "department"),
    )
    assert log.only_line()["inputs"] == {
        "subject": {
            "tenant_id": "pilot-a",
            "roles": ["Analyst"],
            "attributes": {"country": "DE"},
        },
        "resource": {
            "tenant_id": "pilot-a",
            "attributes": {"data_region": "[masked]"},
        },
    }


@pytest.mark.parametrize(
    ("lookup", "freshness"),
    [
        (NotFound("pilot-a", "ana"), "not_found"),
        (Unavailable("timeout"), "unavailable"),
        (ANA, "cached"),
    ],
)
def test_every_line_says_how_fresh_the_subject_was(
    log: Log, lookup: Lookup, freshness: str
) -> None:
    """A decision from stale or missing identity can be told from a good one."""
    log.log.feature_off(asked(lookup), ON)
    assert log.only_line()["identity_freshness"] == freshness


def test_a_rejected_request_is_a_line_of_its_own(log: Log) -> None:
    """Why there was no caller is in the log even though nothing was decided."""
    log.log.rejection(Rejection(Refusal.MISSING, NO_TOKEN), "r2")
    line = log.only_line()
    assert (line["event"], line["reason"], line["request_id"]) == (
        "request_rejected",
        "missing",
        "r2",
    )


def test_no_problem_is_part_of_a_line(log: Log) -> None:
    """What the caller was told is not repeated: the code is enough."""
    problem = Problem(NO_TOKEN.status, "x", "a text for the caller")
    log.log.rejection(Rejection(Refusal.MISSING, problem), None)
    assert "a text for the caller" not in json.dumps(log.only_line())
