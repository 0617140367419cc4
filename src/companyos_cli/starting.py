"""Starting a release log: the entry that everything after it is judged by."""

from __future__ import annotations

import re
from pathlib import Path

from companyos.config.governing import trust_of
from companyos.errors import UsageError
from companyos.releases.appending import Draft, Settled
from companyos.releases.entries import Trust
from companyos.releases.state import LogState
from companyos_cli import wiring
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.ledger import Ledger
from companyos_cli.render.tables import table


def start_log(
    ledger: Ledger, *, key_file: Path | None, operation: str | None
) -> Answer:
    """Record who may sign as entry 0, unless the log says so already.

    Raises:
        UsageError: there is a log, and it trusts others than the file names.
    """
    workspace = ledger.workspace
    commit = workspace.store.resolve("HEAD")
    trust = trust_of(workspace.sources_at(commit))
    origin = f"{_plain(workspace.root.name)}/{wiring.new_operation()}"

    def decide(state: LogState, _head: str | None) -> Draft | Settled[LogState]:
        if not state.size:
            return Draft(trust, origin=origin)
        if state.trust == trust:
            return Settled(state)
        raise UsageError(
            "the release log trusts other signers than config/signers.yaml names",
            hint="a change of trust is an entry of its own, by a root signer",
        )

    ledger.read()
    done = ledger.append(decide, key_file=key_file, operation=operation)
    state = done.answer if isinstance(done, Settled) else done.state
    return _answer(trust, state, began=not isinstance(done, Settled))


def _plain(name: str) -> str:
    """Return a folder's name as it may stand in the name of a log."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-") or "log"


def _answer(trust: Trust, state: LogState, *, began: bool) -> Answer:
    rows = [
        (name, signer.person, ", ".join(sorted(signer.may)))
        for name, signer in sorted(trust.signers.items())
    ]

    def text(paint: Paint) -> str:
        done = "started" if began else "was already started"
        head = f"{paint(done, Role.SUCCESS)}: release log {state.origin}"
        return f"{head}\n{table(('SIGNER', 'PERSON', 'MAY'), rows, paint=paint)}"

    return Answer(
        text=text,
        document={
            "schema": "companyos.trust/v1",
            "origin": state.origin,
            "size": state.size,
            "signers": {
                name: {"person": signer.person, "may": sorted(signer.may)}
                for name, signer in trust.signers.items()
            },
        },
        next_step="companyos release build 1.0.0",
    )
