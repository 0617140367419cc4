"""Plan, show, ask, act: how promotions and rollbacks reach the log.

The plan that was shown is not what is carried out blindly: it is decided anew on the
log as it is then, and refused if what the stage carries has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from companyos.errors import UsageError
from companyos.releases.announcing import subject_line
from companyos.releases.appending import Draft, Settled
from companyos.releases.entries import Body, Entry
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.promotion import PromotionPlan
from companyos.releases.rollback import RollbackPlan
from companyos.releases.stages import Stages
from companyos.releases.state import LogState
from companyos_cli.consent import Consent
from companyos_cli.console import Answer
from companyos_cli.ledger import Ledger
from companyos_cli.render import moves
from companyos_cli.session import Session

Plan: TypeAlias = PromotionPlan | RollbackPlan
Planned: TypeAlias = Plan | AlreadyThere | Refusal
Planner: TypeAlias = Callable[[LogState, Stages], Planned]


@dataclass(frozen=True, slots=True)
class Orders:
    """What is asked, how far to go, and in whose name.

    `is_it` tells whether an entry is what is asked; an operation id names one thing.
    """

    is_it: Callable[[Body], bool]
    consent: Consent
    dry_run: bool
    severe: bool
    key_file: Path | None
    operation: str | None


def move(session: Session, ledger: Ledger, planner: Planner, orders: Orders) -> Answer:
    """Carry a plan out, as far as the orders and the gates let it go."""
    verified = ledger.read_started()
    operation = orders.operation
    if operation is not None and operation in verified.state.operations:
        index = verified.state.operations[operation]
        return moves.found(_same_order(verified.entries[index], orders))
    plan = planner(verified.state, ledger.stages_at(verified.head))
    if isinstance(plan, AlreadyThere | Refusal):
        return moves.settled(plan)
    session.console.plan(lambda paint: moves.plan_text(plan, paint))
    if orders.dry_run:
        return moves.dry_run(plan)
    if not orders.consent.given(
        session.console, stage=plan.stage, severe=orders.severe
    ):
        return moves.declined(plan)
    return _carry_out(ledger, planner, plan, orders)


def _same_order(entry: Entry, orders: Orders) -> Entry:
    if not orders.is_it(entry.body):
        raise UsageError(
            f"operation `{entry.operation_id}` is entry {entry.position.index} "
            f"already, which did something else: {subject_line(entry.body)}",
            hint="give every operation an id of its own",
        )
    return entry


def _carry_out(ledger: Ledger, planner: Planner, shown: Plan, orders: Orders) -> Answer:
    def decide(state: LogState, head: str | None) -> Draft | Settled[Answer]:
        plan = planner(state, ledger.stages_at(head))
        if isinstance(plan, AlreadyThere | Refusal):
            return Settled(moves.settled(plan))
        if plan.previous != shown.previous:
            return Settled(moves.overtaken(plan))
        return Draft(plan.body())

    done = ledger.append(decide, key_file=orders.key_file, operation=orders.operation)
    return done.answer if isinstance(done, Settled) else moves.moved(done)
