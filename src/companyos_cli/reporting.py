"""From what was found to what is told: chosen, without what is known, in a form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from companyos.checks.baseline import compare, read_baseline, write_baseline
from companyos.checks.choosing import Choice, Preferences, choose, is_known
from companyos.checks.references import Guesses
from companyos.checks.suppressing import Suppressed
from companyos.config.check_names import ALL
from companyos.errors import UsageError
from companyos.findings import Finding, Severity
from companyos_cli import baseline_file
from companyos_cli.console import Answer, Output
from companyos_cli.exits import ExitStatus
from companyos_cli.render.findings_forms import rendered
from companyos_cli.render.findings_json import findings_json
from companyos_cli.render.findings_text import findings_text
from companyos_cli.render.forms import FindingsOutput
from companyos_cli.render.report import Report, TextOf
from companyos_cli.scoping import Wanted
from companyos_cli.wiring import environment


class Telling(NamedTuple):
    """How to tell it: which findings, in which form, and what answers no.

    `baseline` is a file of known findings, which `write_baseline` makes anew.
    """

    form: FindingsOutput = FindingsOutput.TEXT
    choice: Choice = Choice()
    strict: bool = False
    exit_zero: bool = False
    baseline: Path | None = None
    write_baseline: bool = False


class Found(NamedTuple):
    """Everything that was found, what comments set aside, and what is preferred.

    It is not whole where only what is new since a commit is among it.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    preferences: Preferences = Preferences()
    is_whole: bool = True


def form_of(wanted: FindingsOutput) -> FindingsOutput:
    """Return the form that is meant: `auto` is GitHub's in its workflows, else text."""
    if wanted is not FindingsOutput.AUTO:
        return wanted
    in_workflow = environment("GITHUB_ACTIONS") == "true"
    return FindingsOutput.GITHUB if in_workflow else FindingsOutput.TEXT


def output_of(form: FindingsOutput) -> Output:
    """Return the form in which a failure of the command itself is told."""
    return Output.JSON if form is FindingsOutput.JSON else Output.TEXT


def choice_of(
    select: Sequence[str], ignore: Sequence[str], *, least: Severity
) -> Choice:
    """Return the choice that options ask for; each may name several with commas.

    Raises:
        UsageError: an option names neither a check nor a group.
    """
    return Choice(_patterns(select), _patterns(ignore), least)


def _patterns(options: Sequence[str]) -> tuple[str, ...]:
    names = [name.strip() for option in options for name in option.split(",")]
    for name in names:
        if not is_known(name, ALL):
            groups = {check.partition("/")[0] for check in ALL}
            near = Guesses([*ALL, *groups]).nearest(name)
            raise UsageError(
                f"there is no check or group `{name}`",
                hint=f"did you mean `{near}`?"
                if near
                else f"the groups are {', '.join(sorted(groups))}",
            )
    return tuple(names)


def report_of(found: Found, telling: Telling, wanted: Wanted, *, root: Path) -> Report:
    """Return what is told of what is wanted; findings of the baseline are put apart.

    Raises:
        UsageError: the baseline cannot be read or written, or may not be there.
        UnavailableError: there is no room for it.
    """
    grades = found.preferences
    all_findings = choose(found.findings, Choice(), grades, ALL)
    known: tuple[Finding, ...] = ()
    path = _baseline_path(telling, grades, root)
    if path is not None:
        baseline = read_baseline(
            _named(path, root), _baseline_bytes(path, telling, all_findings)
        )
        compared = compare(all_findings, baseline, is_whole=found.is_whole)
        all_findings, known = compared.new, compared.known
    shown = choose(all_findings, telling.choice, Preferences(), ALL)
    counting = (
        {Severity.ERROR, Severity.WARNING} if telling.strict else {Severity.ERROR}
    )
    return Report(
        findings=tuple(filter(wanted, shown)),
        suppressed=tuple(each for each in found.suppressed if wanted(each.finding)),
        known=tuple(filter(wanted, known)),
        counting=frozenset(counting),
    )


def answer_of(report: Report, telling: Telling, text_of: TextOf) -> Answer:
    """Return the answer of a command that tells findings."""
    is_yes = telling.exit_zero or report.is_clean
    answer = Answer(
        text=lambda paint: findings_text(
            report.findings, text_of, paint, aside=_aside(report)
        ),
        document=findings_json(
            report.findings, suppressed=report.suppressed, known=len(report.known)
        ),
        status=ExitStatus.YES if is_yes else ExitStatus.NO,
    )
    if telling.form in {FindingsOutput.TEXT, FindingsOutput.JSON}:
        return answer
    text = rendered(report, telling.form, ALL)
    return answer._replace(text=lambda _paint: text)


def _aside(report: Report) -> str:
    counts = {
        "suppressed": len(report.suppressed),
        "known by the baseline": len(report.known),
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _baseline_path(
    telling: Telling, preferences: Preferences, root: Path
) -> Path | None:
    if telling.baseline is not None:
        return telling.baseline
    if preferences.baseline is not None:
        return baseline_file.preferred_path(preferences.baseline, root)
    if telling.write_baseline:
        raise UsageError(
            "it is not said where the baseline is",
            hint="name it with `--baseline FILE`, or in `config/checks.yaml`",
        )
    return None


def _baseline_bytes(
    path: Path, telling: Telling, findings: tuple[Finding, ...]
) -> bytes:
    """Return the baseline, as it is or as it is made now."""
    if not telling.write_baseline:
        return baseline_file.read(path)
    data = write_baseline(findings)
    baseline_file.write(path, data)
    return data


def _named(path: Path, root: Path) -> str:
    """Return the path as findings name files, where it is in the repository."""
    absolute = path.resolve()
    if absolute.is_relative_to(root.resolve()):
        return absolute.relative_to(root.resolve()).as_posix()
    return path.as_posix()
