"""Sizes and docstrings: the numbers that STYLE.md promises."""

from __future__ import annotations

import ast
from pathlib import Path

LINES_MAX = 400
FUNCTION_LINES_MAX = 60


def modules(files: tuple[Path, ...], root: Path) -> dict[str, str]:
    """Return the text of every Python module under src/ and scripts/ by its path."""
    return {
        str(path.relative_to(root)): path.read_text("utf-8")
        for path in files
        if path.suffix == ".py"
        and path.relative_to(root).parts[0] in {"src", "scripts"}
    }


def test_no_module_is_too_long(shared_files: tuple[Path, ...], root: Path) -> None:
    """A module is at most 400 lines long."""
    lengths = {
        name: text.count("\n") for name, text in modules(shared_files, root).items()
    }
    assert {n: length for n, length in lengths.items() if length > LINES_MAX} == {}


def test_no_function_is_too_long(shared_files: tuple[Path, ...], root: Path) -> None:
    """A function is at most 60 lines long, its docstring included."""
    too_long = {
        f"{name}:{node.lineno} {node.name}"
        for name, text in modules(shared_files, root).items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES_MAX
    }
    assert too_long == set()


def test_every_module_says_what_it_is_for(
    shared_files: tuple[Path, ...], root: Path
) -> None:
    """Every module begins with a docstring whose first line is a whole sentence."""
    silent = {
        name
        for name, text in modules(shared_files, root).items()
        if not first_line(text).endswith((".", ":", "?"))
    }
    assert silent == set()


def first_line(source: str) -> str:
    """Return the first paragraph of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(source)) or ""
    return docstring.split("\n\n")[0].rstrip()
