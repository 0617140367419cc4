from __future__ import annotations

from datetime import UTC, datetime

from companyos import __version__
from companyos.asgi.bundle_watch import Attempt, Outcome
from companyos_services.state import Process, state_document

NOW = datetime(2027, 1, 15, 8, 0, 0, 999_999, tzinfo=UTC)
PROCESS = Process("exports", "host:1", None)


def test_a_process_without_configuration_says_so() -> None:
    """Every member is there; what is not known is null and never invented."""
    attempt = Attempt(NOW, Outcome.FAILED, "`bundle/current` leads nowhere")
    assert state_document(PROCESS, None, attempt, now=NOW, tenants=["all"]) == {
        "schema": "companyos.state/v1",
        "service": "exports",
        "instance": "host:1",
        "stage": None,
        "version": __version__,
        "artifact": None,
        "root": None,
        "components": None,
        "log_entry": None,
        "loaded_at": None,
        "reported_at": "2027-01-15T08:00:00Z",
        "last_attempt": {
            "at": "2027-01-15T08:00:00Z",
            "outcome": "failed",
            "reason": "`bundle/current` leads nowhere",
        },
        "tenants": {},
    }
