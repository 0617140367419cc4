"""Reads of flags in code: what is found, what is not guessed."""

from __future__ import annotations

import pytest

from companyos.flags.usage import usage

IMPORT = "from companyos.flags import evaluate\n"


def reads(*texts: str, defined: tuple[str, ...] = ()) -> list[str | None]:
    """Return the flags that these modules read."""
    modules = {f"src/m{number}.py": text for number, text in enumerate(texts)}
    return [read.flag_id for read in usage(frozenset(defined), modules).reads]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('evaluate("a", snapshot)', ["a"]),
        ('evaluate(flag_id="a", snapshot=s)', ["a"]),
        ('FLAG = "a"\nevaluate(FLAG, s)', ["a"]),
        ('FLAG: str = "a"\nevaluate(flags.FLAG, s)', ["a"]),
        ('evaluate("a" if x else "b", s)', ["a", "b"]),
        ('[evaluate(f, s) for f in ("a", "b")]', ["a", "b"]),
        (('def f():\n    names = ["a", *(["b"] if x else [])]\n'
         "    for n in names:\n        evaluate(n, s)"), ["a", "b"]),
        ('evaluate(f"a-{x}", s)', [None]),
        ("evaluate(pick(), s)", [None]),
        ('# evaluate("a", s)\n"evaluate(\'a\')"', []),
        ('client.get_boolean_value("a", False)', ["a"]),
        ('client.get_object_details_async(flag_key="a", default_value={})', ["a"]),
        ('def is_on(flag):\n    return evaluate(flag, s)\nis_on("a")', ["a"]),
        (('class C:\n    def ask(self, x, *, name):\n        return evaluate(name, s)\n'
         'c.ask(1, name="a")'), ["a"]),
    ],
)  # fmt: skip
def test_a_read_is_found(text: str, expected: list[str | None]) -> None:
    """Literals, constants, keywords, wrappers and clients; else it is unknown."""
    assert reads(IMPORT + text) == expected


def test_a_function_of_the_same_name_is_another() -> None:
    """Without the import from the library nothing is read."""
    assert reads('def evaluate(x): ...\nevaluate("a")') == []


def test_a_wrapper_and_a_constant_of_another_module_count() -> None:
    """Both are known by their names once all modules are read."""
    assert reads(
        IMPORT + 'FLAG = "a"\ndef ask(f):\n    return evaluate(f, s)',
        "from m0 import FLAG, ask\nask(FLAG)",
    ) == ["a"]


def test_both_directions_are_told() -> None:
    """Defined and never read; read and never defined; and what cannot be read."""
    modules = {
        "a.py": IMPORT + 'evaluate("there", s)\nevaluate("gone", s)',
        "b.py": "def (",
    }
    found = usage(frozenset({"there", "unread"}), modules)
    assert found.unread == ("unread",)
    assert [(read.path, read.line) for read in found.undefined] == [("a.py", 3)]
    assert found.unreadable == ("b.py",)
