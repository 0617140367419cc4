"""How a file is called and how its lines end, which no program minds and diffs do."""

from __future__ import annotations

from difflib import get_close_matches

from companyos.config.kinds import KINDS, kind_of_path, stem_of
from companyos.config.marks import START
from companyos.config.yaml_bytes import span_at
from companyos.findings import Finding, Severity


def unclaimed(path: str) -> Finding:
    """Return the finding about a file that no kind claims."""
    named = f"{path.removesuffix('.yml')}.yaml"
    if path.endswith(".yml") and kind_of_path(named) is not None:
        return Finding(
            check="yaml/extension",
            severity=Severity.ERROR,
            message=f"`{path}` ends in `.yml` and is not read",
            place=START.of(path),
            expected="the ending `.yaml`",
            hint=f"call it `{named}`",
        )
    if path.endswith((".yaml", ".yml")):
        return Finding(
            check="yaml/misplaced-file",
            severity=Severity.ERROR,
            message=f"`{path}` stands where no YAML is read, so it counts for nothing",
            place=START.of(path),
            hint=f"did you mean `{near}`?"
            if (near := _near(path))
            else "move it out of `config/`",
        )
    return Finding(
        check="yaml/unexpected-file",
        severity=Severity.WARNING,
        message=f"`{path}` is no file of the desired state and is not read",
        place=START.of(path),
        hint="move it out of `config/`",
    )


def _near(path: str) -> str | None:
    """Return where a misplaced file was most likely meant to be, if anywhere."""
    name = path.rsplit("/", 1)[-1]
    kinds = KINDS.values()
    places = [each.path or each.folder + stem_of(name) + each.ending for each in kinds]
    return next(iter(get_close_matches(path, places, n=1, cutoff=0.8)), None)


def line_ends(path: str, text: str) -> tuple[Finding, ...]:
    """Return what is unusual about how the lines of a file end."""
    found: list[Finding] = []
    first = text.find("\r\n")
    if first >= 0:
        found.append(
            Finding(
                check="yaml/crlf",
                severity=Severity.INFO,
                message="lines end with a carriage return and a line feed",
                place=span_at(text, first, first + 1).of(path),
                label="the first of them",
                hint="save the file with LF line ends",
            )
        )
    if text and not text.endswith("\n"):
        found.append(
            Finding(
                check="yaml/final-newline",
                severity=Severity.INFO,
                message="the last line has no end",
                place=span_at(text, len(text) - 1, len(text)).of(path),
                label="a line feed is missing here",
                hint="end the file with a line feed",
            )
        )
    return tuple(found)
