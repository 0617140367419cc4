"""Asking before acting: how much of a yes a change needs, and whether it was given."""

from __future__ import annotations

from dataclasses import dataclass

from companyos.errors import UsageError
from companyos_cli.console import Console


@dataclass(frozen=True, slots=True)
class Consent:
    """What the command line already said."""

    yes: bool
    confirm: str | None

    def given(self, console: Console, *, stage: str, severe: bool) -> bool:
        """Return whether the change may go on, after asking where nothing was said.

        A severe change wants the stage named, by `--confirm` or by typing it.

        Raises:
            UsageError: another stage was named, or there is nobody to ask.
        """
        if self.confirm is not None:
            return self._names(stage)
        if severe:
            if self.yes:
                raise UsageError(
                    f"`--yes` is not enough for `{stage}`",
                    hint=f"pass `--confirm {stage}`",
                )
            return console.types_out(stage, f"This changes {stage}.")
        return self.yes or console.agrees("Go on?")

    def _names(self, stage: str) -> bool:
        if self.confirm != stage:
            raise UsageError(
                f"`--confirm {self.confirm}` names another stage than `{stage}`"
            )
        return True
