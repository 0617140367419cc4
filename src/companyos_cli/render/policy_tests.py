"""What the tests of policy bundles found, for people and programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from companyos.authz import Decision
from companyos.digests import JSONObject
from companyos.policytests import Coverage, Result
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.exits import ExitStatus
from companyos_cli.policy_testing import Tested
from companyos_cli.render.explanations import explanation_text

HUNDRED = 100


def policy_tests_answer(found: Sequence[Tested]) -> Answer:
    """Return the answer: 1 where a case fails or a mutant lives."""
    passed = all(each.passed for each in found)
    return Answer(
        text=lambda paint: "\n\n".join(_bundle_text(each, paint) for each in found),
        document={
            "schema": "companyos.policy-tests/v1",
            "passed": passed,
            "bundles": [_bundle_document(each) for each in found],
        },
        status=ExitStatus.YES if passed else ExitStatus.NO,
    )


def _bundle_text(found: Tested, paint: Paint) -> str:
    count, wrong = len(found.results), len(found.failed)
    role = Role.ERROR if wrong else Role.SUCCESS
    head = f"{found.tests.bundle_id}: {count - wrong} of {count} cases pass"
    lines = [paint(head, role)]
    for result in found.failed:
        lines += ["", *_failure(found, result, paint)]
    lines += _coverage_text(found.coverage)
    if found.mutants is not None:
        killed = found.mutants - len(found.survivors)
        lines.append(f"  {killed} of {found.mutants} mutants killed")
        for mutant in found.survivors:
            word = paint("lives", Role.ERROR)
            lines.append(f"    {word}: {mutant.rule_id}: {mutant.change}")
    return "\n".join(lines)


def _failure(found: Tested, result: Result, paint: Paint) -> Iterator[str]:
    place = paint(f"{found.tests.file}:{result.case.line}", Role.PLACE)
    yield f"  {paint('failed', Role.ERROR)}: {result.case.name}  {place}"
    decision = result.explanation.decision
    yield f"    expected {result.case.expected}, got {_outcome(decision)}"
    for line in explanation_text(result.explanation, paint).splitlines():
        yield f"    {line}".rstrip()


def _coverage_text(coverage: Coverage) -> Iterator[str]:
    rules, clauses = coverage.rules, coverage.clauses
    yield (
        f"  rules that decided a case: {_share(coverage.rules_decided, len(rules))}, "
        f"clauses seen true and false: {_share(coverage.clauses_covered, len(clauses))}"
    )
    for rule in rules:
        if not rule.decided:
            yield f"    {rule.rule_id} decided no case  {rule.place}"
        for clause in rule.clauses:
            if clause.missing:
                yield f"    {rule.rule_id}: `{clause.text}` {clause.missing}"


def _share(part: int, whole: int) -> str:
    percent = HUNDRED if whole == 0 else part * HUNDRED // whole
    return f"{part} of {whole} ({percent} %)"


def _outcome(decision: Decision) -> str:
    more = (text for text in (decision.code, decision.rule_id) if text is not None)
    return " ".join((decision.effect, *more))


def _bundle_document(found: Tested) -> JSONObject:
    coverage = found.coverage
    mutants: JSONObject | None = None
    if found.mutants is not None:
        mutants = {
            "made": found.mutants,
            "killed": found.mutants - len(found.survivors),
            "living": [
                {"rule": mutant.rule_id, "change": mutant.change}
                for mutant in found.survivors
            ],
        }
    return {
        "policy_bundle": found.tests.bundle_id,
        "file": found.tests.file,
        "passed": found.passed,
        "cases": [_case_document(result) for result in found.results],
        "coverage": {
            "rules": {"decided": coverage.rules_decided, "all": len(coverage.rules)},
            "clauses": {
                "covered": coverage.clauses_covered,
                "all": len(coverage.clauses),
            },
            "missing": [
                *({"rule": r.rule_id} for r in coverage.rules if not r.decided),
                *(
                    {"rule": r.rule_id, "clause": c.text, "was": c.missing}
                    for r in coverage.rules
                    for c in r.clauses
                    if c.missing
                ),
            ],
        },
        "mutants": mutants,
    }


def _case_document(result: Result) -> JSONObject:
    case, decision = result.case, result.explanation.decision
    return {
        "name": case.name,
        "line": case.line,
        "passed": result.passed,
        "expected": {
            "effect": case.expected.effect,
            "code": case.expected.code,
            "rule": case.expected.rule_id,
        },
        "got": {
            "effect": decision.effect,
            "code": decision.code,
            "rule": decision.rule_id,
        },
    }


def policy_tests_junit(found: Sequence[Tested]) -> str:
    """Return a JUnit report: a suite a bundle; a living mutant is a failed case."""
    root = ET.Element("testsuites", name="companyos policy test")
    for each in found:
        cases = len(each.results) + len(each.survivors)
        suite = ET.SubElement(
            root,
            "testsuite",
            name=each.tests.bundle_id,
            tests=str(cases),
            failures=str(len(each.failed) + len(each.survivors)),
            errors="0",
        )
        for result in each.results:
            _junit_case(suite, each, result)
        for mutant in each.survivors:
            name = f"mutant of {mutant.rule_id}: {mutant.change}"
            case = ET.SubElement(
                suite, "testcase", classname=each.tests.bundle_id, name=name
            )
            ET.SubElement(case, "failure", message="no case notices the mistake")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _junit_case(suite: ET.Element, each: Tested, result: Result) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=each.tests.bundle_id,
        name=result.case.name,
        file=each.tests.file,
        line=str(result.case.line),
    )
    if not result.passed:
        got = _outcome(result.explanation.decision)
        message = f"expected {result.case.expected}, got {got}"
        ET.SubElement(case, "failure", message=message)
