"""What a YAML parser's message means for the person who wrote the file.

libyaml speaks of tokens and productions. Each row says in plain words what is wrong and
which slip of the hand usually causes it; the first row whose text occurs wins.
"""

from __future__ import annotations

from typing import NamedTuple


class Explanation(NamedTuple):
    """What is wrong, and the likely cause."""

    message: str
    hint: str


_TABLE: tuple[tuple[str, Explanation], ...] = (
    (
        "mapping values are not allowed",
        Explanation(
            "a second `: ` stands where one value was expected",
            "quote the value if the colon is part of it; otherwise check the "
            "indentation of this line and the one above",
        ),
    ),
    (
        "could not find expected ':'",
        Explanation(
            "a key without a colon after it",
            "write `key: value`; a quote or a bracket further up may not be closed",
        ),
    ),
    (
        "did not find expected key",
        Explanation(
            "this line does not fit into the mapping around it",
            "indent it like its neighbours; or a value above begins with a quote "
            "and goes on behind the closing one",
        ),
    ),
    (
        "did not find expected '-' indicator",
        Explanation(
            "this line does not fit into the list around it",
            "begin it with `- `, or indent it like the line above",
        ),
    ),
    (
        "expected ',' or ']'",
        Explanation("a list in brackets is not closed", "add the missing `,` or `]`"),
    ),
    (
        "expected ',' or '}'",
        Explanation("a mapping in braces is not closed", "add the missing `,` or `}`"),
    ),
    (
        "expected <block end>",
        Explanation(
            "this line does not fit into what is around it",
            "indent it like its neighbours; or a value above begins with a quote "
            "and goes on behind the closing one",
        ),
    ),
    (
        "block sequence entries are not allowed",
        Explanation(
            "a list item `- ` cannot begin here",
            "put it on a line of its own, indented below its key",
        ),
    ),
    (
        "mapping keys are not allowed",
        Explanation("a key cannot begin here", "quote a value that begins with `?`"),
    ),
    (
        "found unexpected end of stream",
        Explanation("a quote is opened and never closed", "close it"),
    ),
    (
        "found unexpected document indicator",
        Explanation(
            "a quote is still open where a new document begins", "close the quote"
        ),
    ),
    (
        "found unexpected document separator",
        Explanation(
            "a quote is still open where a new document begins", "close the quote"
        ),
    ),
    (
        "cannot start any token",
        Explanation(
            "a value cannot begin with this character",
            "quote values that begin with one of @ ` % & * ! | > or a tab",
        ),
    ),
    (
        "found unknown escape character",
        Explanation(
            "a backslash in double quotes begins no known escape",
            "use single quotes, where a backslash is only a backslash",
        ),
    ),
    (
        "did not find expected hexdecimal number",
        Explanation("an escape lacks hexadecimal digits", "write it like \\u00e9"),
    ),
    (
        "invalid Unicode character escape code",
        Explanation("an escape names no character", "write the character itself"),
    ),
    (
        "found a tab character",
        Explanation("a tab stands in the indentation", "use spaces"),
    ),
    (
        "found undefined tag handle",
        Explanation("a value begins with `!`, a tag", "quote the value"),
    ),
    (
        "while scanning an anchor",
        Explanation("a value begins with `&`, an anchor", "quote the value"),
    ),
    (
        "while scanning an alias",
        Explanation("a value begins with `*`, an alias", "quote the value"),
    ),
    (
        "while scanning a tag",
        Explanation("a value begins with `!`, a tag", "quote the value"),
    ),
    (
        "while scanning a directive",
        Explanation("a line begins with `%`, a directive", "quote the value"),
    ),
    (
        "while scanning a block scalar",
        Explanation(
            "text after `|` or `>` where only an indentation or `+`, `-` may stand",
            "put the text on the next line, indented",
        ),
    ),
    (
        "exceeded maximum depth",
        Explanation("nested too deeply", "flatten it"),
    ),
    (
        "did not find expected <document start>",
        Explanation(
            "the document has ended and something follows",
            "check the indentation of this line and whether a quote is left over",
        ),
    ),
    (
        "expected the node content",
        Explanation("a value is missing here", "a comma too many, or a stray bracket?"),
    ),
    (
        "did not find expected node content",
        Explanation("a value is missing here", "a comma too many, or a stray bracket?"),
    ),
)
_UNKNOWN = Explanation(
    "this is not YAML", "check quotes, brackets and indentation around this place"
)


def explain(problem: str, context: str) -> Explanation:
    """Return what the parser's `problem`, met in `context`, means."""
    said = f"{context} {problem}"
    return next((row for text, row in _TABLE if text in said), _UNKNOWN)
