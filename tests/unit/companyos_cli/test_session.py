"""One run of the command: how it answers and how it leaves."""

from __future__ import annotations

import io
import json

import pytest
import typer

from companyos_cli.console import Answer, Console, Output
from companyos_cli.exits import ExitStatus
from companyos_cli.session import Session


def test_to_finish_is_to_answer_and_leave_with_the_status() -> None:
    """The answer is written before anybody sees the status."""
    out = io.StringIO()
    session = Session(Console(out, io.StringIO()), output=Output.JSON)
    with pytest.raises(typer.Exit) as left:
        session.finish(Answer(lambda _: "no", {"a": 1}, status=ExitStatus.NO))
    assert left.value.exit_code == 1
    assert json.loads(out.getvalue()) == {"a": 1}


def test_a_session_answers_people_until_it_knows_better() -> None:
    """A failure before the options are read is told as text."""
    assert Session(Console(io.StringIO(), io.StringIO())).output is Output.TEXT
