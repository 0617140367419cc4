"""Mending a desired state: what is fixed is better, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Mapping

import hypothesis
import pytest
from hypothesis import strategies

import check_cases
from companyos.config.edits.changes import is_same
from companyos.config.fixes.registry import FIXES, with_fixes
from companyos.config.judging import State
from companyos.config.kinds import Kind, modeline
from companyos.config.mending import Mended, mend
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import parse
from companyos.digests import JSONValue
from companyos.findings import Finding, Severity

TENANT = "config/tenants/acme.yaml"
HEAD = modeline(Kind.TENANT) + "\n"
SAFE = {
    "schema/type",
    "schema/unique-items",
    "yaml/ambiguous-scalar",
    "yaml/bom",
    "yaml/modeline",
}
UNSAFE = {
    "flag/override-outside",
    "flag/unknown-prerequisite",
    "flag/unknown-variant",
    "ref/unknown-action",
    "ref/unknown-extends",
    "ref/unknown-flag",
    "ref/unknown-policy",
    "ref/unknown-role",
    "ref/unknown-service",
    "ref/unknown-stage",
    "schema/additional-property",
    "schema/enum",
}


def mended(files: Mapping[str, bytes], *, unsafe: bool = True) -> Mended:
    """Return what becomes of files."""
    return mend(files, today=check_cases.TODAY, unsafe=unsafe)


def with_tenant(text: str) -> dict[str, bytes]:
    """Return the good base with another tenant file."""
    return {**check_cases.base(), TENANT: text.encode()}


def tenant_text() -> str:
    """Return the tenant file of the good base."""
    return check_cases.base()[TENANT].decode()


@pytest.mark.parametrize("check", sorted(SAFE))
def test_a_bad_example_is_mended_safely(check: str) -> None:
    """The finding goes by a fix that changes no meaning, and nothing comes."""
    files, _ = check_cases.bad(check)
    done = mended(files, unsafe=False)
    assert done.findings == ()
    assert all(each.proposal.safe for each in done.done)


@pytest.mark.parametrize("check", sorted(UNSAFE))
def test_a_guess_is_only_made_where_it_is_asked_for(check: str) -> None:
    """Without `unsafe` the file stays and the fix is counted; with it, it is mended."""
    files, _ = check_cases.bad(check)
    careful = mended(files, unsafe=False)
    assert (careful.files, careful.unsafe) == ({}, 1)
    assert mended(files).findings == ()


@pytest.mark.parametrize(
    "line",
    [
        "default: yes",
        "default: no # and the description is a number\ndescription: 7",
        "default: true\nper_tenant_overrides: {acme: {value: yes}}",
        "default: 1",
    ],
)
def test_what_is_refused_with_quotes_too_gets_none(line: str) -> None:
    """A flag's answer that is to be `true` is not made more of a text."""
    flag = "config/flags/checkout.yaml"
    text = "flag_id: checkout\nowner: team-shop\nkind: permission\n"
    described = "" if "description:" in line else "description: x\n"
    data = f"{modeline(Kind.FLAG)}\n{text}{described}{line}\n".encode()
    done = mended({**check_cases.base(), flag: data})
    after = done.files.get(flag, data)
    assert after == data.replace(b"tion: 7", b'tion: "7"')


@pytest.mark.parametrize("check", check_cases.names())
def test_no_bad_example_becomes_worse(check: str) -> None:
    """Mending leaves no finding that was not there, and mending again does nothing."""
    files, _ = check_cases.bad(check)
    before = State.of(files, today=check_cases.TODAY).findings
    done = mended(files)
    assert _names(done.findings) <= _names(before)
    again = mended({**files, **done.files})
    assert (again.files, again.done) == ({}, ())


@pytest.mark.parametrize("check", sorted(SAFE - {"schema/type", "schema/unique-items"}))
def test_a_safe_fix_leaves_the_value(check: str) -> None:
    """The file says the same before and after, by a reading that minds no bytes."""
    files, _ = check_cases.bad(check)
    done = mended(files, unsafe=False)
    for path, data in done.files.items():
        assert is_same(_value(path, files[path]), _value(path, data))


@pytest.mark.parametrize("check", sorted(SAFE | UNSAFE))
def test_only_the_lines_of_the_fix_differ(check: str) -> None:
    """All lines but those that the fix names are as they were, byte for byte."""
    files, _ = check_cases.bad(check)
    [finding] = [
        each for each in with_fixes(_findings(files), files) if each.check == check
    ]
    assert finding.fix is not None
    done = mended(files)
    assert set(done.files) == {edit.place.file for edit in finding.fix.edits}
    for path, data in done.files.items():
        places = [e.place for e in finding.fix.edits if e.place.file == path]
        first = min(place.line for place in places)
        last = max(place.end_line for place in places)
        old, new = files[path].split(b"\n"), data.split(b"\n")
        assert new[: first - 1] == old[: first - 1]
        assert new[len(new) - len(old) + last :] == old[last:]


def test_every_fix_has_a_bad_example() -> None:
    """No fix is without a test; one is for a check with examples of its own."""
    here = {
        "flag/override-expired",
        "flag/override-redundant",
        "yaml/character",
        "yaml/crlf",
        "yaml/final-newline",
    }
    same_as_others = {
        "ref/unknown-attribute",
        "ref/unknown-owner",
        "ref/unknown-region",
        "ref/unknown-tenant",
    }
    assert set(FIXES) == SAFE | UNSAFE | here | same_as_others


@pytest.mark.parametrize("ending", ["\r\n", ""])
def test_lines_end_with_a_line_feed_afterwards(ending: str) -> None:
    """Carriage returns go, and a last line without an end gets one."""
    text = tenant_text().removesuffix("\n")
    text = text.replace("\n", "\r\n") + ending if ending else text
    done = mended(with_tenant(text), unsafe=False)
    assert done.files == {TENANT: tenant_text().encode()}
    assert done.findings == ()


@pytest.mark.parametrize(
    ("override", "left"),
    [
        ("{acme: false, globex: true}", "{globex: true}"),
        ("{globex: true, acme: {value: true, until: 2025-01-01, reason: try}}",
         "{globex: true}"),
    ],
)  # fmt: skip
def test_an_override_that_does_nothing_goes_if_asked(override: str, left: str) -> None:
    """One that is over or gives the default anyway is deleted, by an unsafe fix."""
    flag = "config/flags/checkout.yaml"
    base = check_cases.base()[flag].decode()
    rows = [row for row in base.split("\n") if not row.startswith("per_tenant_")]
    head = [row for row in rows if row.startswith(("#", "flag_id", "desc", "owner"))]
    text = "\n".join([*head, "kind: ops", "default: false", "per_tenant_overrides: "])
    files = {**check_cases.base(), flag: f"{text}{override}\n".encode()}
    assert mended(files, unsafe=False).files == {}
    done = mended(files)
    assert done.files[flag].decode() == f"{text}{left}\n"


def test_many_tabs_are_looked_at_once() -> None:
    """A comment of tabs is mended at once: trying each run again takes half an hour."""
    done = mended(with_tenant(tenant_text() + "#" + "\t" * 5_000 + "x\n"))
    assert done.files == {TENANT: (tenant_text() + "#" + " " * 5_000 + "x\n").encode()}


@pytest.mark.parametrize(
    ("overrides", "left"),
    [
        ("  acme: false\n  globex: false\n", " {}"),
        ("  acme: false\n  globex: true\n", "\n  globex: true"),
    ],
)
def test_a_remark_that_moves_to_the_next_place_stops_no_fix(
    overrides: str, left: str
) -> None:
    """That a killed flag has overrides is told of the first one, whichever it is."""
    flag = "config/flags/checkout.yaml"
    base = check_cases.base()[flag].decode()
    rows = [row for row in base.split("\n") if row.startswith(("#", "flag_id", "desc"))]
    head = [*rows, "owner: team-shop", "kind: ops", "default: false", "state: killed"]
    text = "\n".join([*head, "per_tenant_overrides:"])
    done = mended({**check_cases.base(), flag: f"{text}\n{overrides}".encode()})
    assert done.dropped == ()
    assert done.files[flag].decode() == f"{text}{left}\n"


def test_what_another_fix_made_possible_is_not_left_for_a_second_run() -> None:
    """A flag whose need is mended is used nowhere, until a tenant takes part."""
    flag = "config/flags/page-size.yaml"
    text = check_cases.base()[flag].decode().replace("flag: checkout", "flag: chekout")
    files = with_tenant(tenant_text().replace(", page-size", ""))
    files[flag] = f"{text}per_tenant_overrides: {{acme: large}}\n".encode()
    done = mended(files)
    assert (done.dropped, done.findings) == ((), ())


def test_an_item_that_stands_twice_takes_its_comment_along() -> None:
    """The comments of the other items stay beside them."""
    first, last = tenant_text().split("[checkout, page-size]")
    kept = "  page-size{} # second: keep me\n  # above the third\n"
    twice = "[\n  checkout, # first\n" + kept.format(",") + "  checkout # third\n]"
    once = "[\n  checkout, # first\n" + kept.format("") + "]"
    done = mended(with_tenant(first + twice + last), unsafe=False)
    assert done.files[TENANT].decode() == first + once + last


def test_tabs_go_where_they_mean_nothing() -> None:
    """A tab at a line's end or between words of the syntax is no part of a value."""
    text = tenant_text().replace("env: ", "env:\t").replace("\n", "\t\n", 3)
    done = mended(with_tenant(text), unsafe=False)
    assert done.files == {TENANT: tenant_text().encode()}
    assert done.findings == ()


def test_a_tab_in_a_value_stays() -> None:
    """What would change a value is not even proposed."""
    text = tenant_text().replace("display_name: ", "display_name: a\tb ")
    done = mended(with_tenant(text))
    assert (done.files, done.done) == ({}, ())


def test_invisible_characters_go_from_comments_alone() -> None:
    """A direction character in a comment goes; in a value it stays for a person."""
    good = tenant_text() + "# note\n"
    assert mended(with_tenant(tenant_text() + "# no\u202ete\n")).files == {
        TENANT: good.encode()
    }
    bad = tenant_text().replace("display_name: ", "display_name: \u200b")
    assert mended(with_tenant(bad)).files == {}


def test_many_mistakes_of_one_file_are_mended_together() -> None:
    """A file without modeline, with CRLF, a mark and two doubtful values is mended."""
    body = tenant_text().removeprefix(HEAD)
    lines = [
        "display_name: 007" if line.startswith("display_name") else line
        for line in body.splitlines()
    ]
    text = "\ufeff" + "\r\n".join(lines)
    done = mended(with_tenant(text), unsafe=False)
    assert done.findings == ()
    assert done.files[TENANT].decode() == HEAD + "\n".join(
        [line.replace("007", '"007"') for line in lines] + [""]
    )


def test_what_a_broken_file_hid_is_no_reason_not_to_mend_it() -> None:
    """Behind the mark there is another mistake; the mark goes nevertheless."""
    text = "\ufeff" + tenant_text().replace("env: ", "env: no-such-")
    done = mended(with_tenant(text), unsafe=False)
    assert [each.finding.check for each in done.done] == ["yaml/bom"]
    assert [each.check for each in done.findings] == ["ref/unknown-stage"]


def test_a_fix_that_brings_another_finding_is_dropped_and_told() -> None:
    """A quoted number is no id either, so it stays as it was."""
    text = tenant_text().replace("tenant_id: acme", "tenant_id: 12")
    done = mended(with_tenant(text))
    assert done.files == {}
    [dropped] = done.dropped
    assert dropped.finding.check == "schema/type"
    assert "(schema/pattern)" in dropped.reason


def test_one_mistake_in_many_places_is_mended_in_all() -> None:
    """A name that is wrong in three lists is one finding, and all three are mended."""
    base = check_cases.base()
    text = tenant_text().replace("[checkout", "[chekout")
    files = with_tenant(text)
    for number in range(2):
        path = f"config/tenants/more-{number}.yaml"
        files[path] = (
            text.replace("acme", f"more-{number}").replace("Acme", path).encode()
        )
    done = mended(files)
    assert done.findings == ()
    assert done.files[TENANT] == base[TENANT]


def test_only_what_is_wanted_is_mended() -> None:
    """Findings of other files are left alone."""
    files = with_tenant(tenant_text() + "\t\n")
    done = mend(
        files, today=check_cases.TODAY, unsafe=True, wanted=lambda _finding: False
    )
    assert (done.files, done.done) == ({}, ())


FRAGMENTS = strategies.sampled_from(
    ["\t", "\r\n", "\ufeff", "\u200b", " NO", " 0777", " 1_0", "#", "- ", "[", "}", '"',
     "'", ": ", ", ", "\n", "|", "x", "x: y\n", "  ", "é😀", "chekout", "~", "&a ",
     "\x00"]
)  # fmt: skip


@hypothesis.given(
    file=strategies.sampled_from(sorted(check_cases.base())),
    slips=strategies.lists(
        strategies.tuples(
            strategies.floats(0, 1), strategies.integers(0, 6), FRAGMENTS
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_no_file_becomes_worse(file: str, slips: list[tuple[float, int, str]]) -> None:
    """Whatever is in a file, mending raises nothing, and what it reads as is kept."""
    text = check_cases.base()[file].decode()
    for where, length, new in slips:
        at = int(where * len(text))
        text = text[:at] + new + text[at + length :]
    files = {**check_cases.base(), file: text.encode()}
    before = State.of(files, today=check_cases.TODAY)
    safe = mended(files, unsafe=False)
    if all(each.finding.check.startswith("yaml/") for each in safe.done):
        for path, data in safe.files.items():
            assert is_same(_value(path, files[path]), _value(path, data))
    if _understood(before):
        assert _names(safe.findings) <= _names(before.findings)
    again = mended({**files, **safe.files}, unsafe=False)
    assert again.files == {}


@hypothesis.given(
    where=strategies.lists(strategies.floats(0, 1), min_size=1, max_size=5),
    letter=strategies.sampled_from("axz-"),
)
def test_guesses_leave_every_file_readable(where: list[float], letter: str) -> None:
    """Names with slips are mended or left; what gives facts before gives them after."""
    text = tenant_text()
    for share in where:
        at = len(HEAD) + int(share * (len(text) - len(HEAD) - 1))
        if text[at].isalpha():
            text = text[:at] + letter + text[at + 1 :]
    files = with_tenant(text)
    before = State.of(files, today=check_cases.TODAY)
    done = mended(files)
    if _understood(before):
        assert _errors(done.findings) <= _errors(before.findings)
        assert _understood(done.state)
    assert mended({**files, **done.files}).files == {}


def _understood(state: State) -> bool:
    return all(result.record is not None for result in state.results.values())


def _findings(files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    return State.of(files, today=check_cases.TODAY).findings


def _names(findings: tuple[Finding, ...]) -> set[tuple[str, str, str]]:
    return {(each.check, each.place.file, each.message) for each in findings}


def _errors(findings: tuple[Finding, ...]) -> set[tuple[str, str, str]]:
    return _names(tuple(f for f in findings if f.severity is Severity.ERROR))


def _value(path: str, data: bytes) -> JSONValue:
    try:
        return parse(path, data.decode().removeprefix("\ufeff")).value
    except (RefusedYamlError, UnicodeDecodeError):
        return None
