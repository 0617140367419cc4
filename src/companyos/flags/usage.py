"""Where Python code reads flags, found in its syntax tree without running it.

A read is a call of an evaluating function whose flag is a text, a constant of the
module or of another one that is read too, or a parameter of the function around it:
then that function is a wrapper, and its own calls are reads. Whatever else stands for
the flag is reported as unknown, never guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

OPENFEATURE = tuple(
    f"get_{kind}_{what}{suffix}"
    for kind in ("boolean", "string", "integer", "float", "object")
    for what in ("value", "details")
    for suffix in ("", "_async")
)
NATIVE = frozenset({"evaluate", "boolean", "explain"})
"""Functions of `companyos.flags` that read a flag, where a module imports them."""


@dataclass(frozen=True, slots=True)
class Read:
    """One place that reads a flag; `flag_id` is None where it cannot be known."""

    path: str
    line: int
    flag_id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What code reads, and how that agrees with the flags that are defined."""

    reads: tuple[Read, ...]
    unread: tuple[str, ...]
    undefined: tuple[Read, ...]
    unknown: tuple[Read, ...]
    unreadable: tuple[str, ...]


def usage(
    defined: frozenset[str],
    modules: Mapping[str, str],
    *,
    wrappers: frozenset[str] = frozenset(),
) -> Usage:
    """Return who reads what in these modules, whose texts are by path."""
    trees: dict[str, ast.Module] = {}
    unreadable: list[str] = []
    for path, text in sorted(modules.items()):
        try:
            trees[path] = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            unreadable.append(path)
    reads = _all_reads(trees, wrappers)
    known = {read.flag_id for read in reads}
    return Usage(
        reads=reads,
        unread=tuple(sorted(defined - known)),
        undefined=tuple(read for read in reads if read.flag_id not in {None, *defined}),
        unknown=tuple(read for read in reads if read.flag_id is None),
        unreadable=tuple(unreadable),
    )


def _all_reads(
    trees: Mapping[str, ast.Module], wrappers: frozenset[str]
) -> tuple[Read, ...]:
    """Return all reads, after looking for wrappers until no more are found."""
    constants = _constants(trees)
    named = {
        _Called(name, is_method=method): (0, "")
        for name in wrappers
        for method in _EITHER
    }
    readers: dict[_Called, tuple[int, str]] = {**_SDK, **named}
    while True:
        found = [
            _Reads(path, constants, readers).of(tree) for path, tree in trees.items()
        ]
        more = {each: at for reads in found for each, at in reads.wrappers.items()}
        if more.keys() <= readers.keys():
            return tuple(read for each in found for read in each.reads)
        readers |= more


def _constants(trees: Mapping[str, ast.Module]) -> Mapping[str, str | None]:
    """Return the texts that modules name; None for a name with more than one."""
    found: dict[str, str | None] = {}
    for tree in trees.values():
        for name, text in _named_texts(tree):
            found[name] = text if found.get(name, text) == text else None
    return found


def _named_texts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value.value


_Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DEPTH_MAX = 8


@dataclass(frozen=True, slots=True)
class _Called:
    """What is called: a function by its name, or a method of whatever object.

    `module` is the last word of the module that defines a wrapper; functions of the
    same name elsewhere are others. It is empty where that does not matter.
    """

    name: str
    is_method: bool
    module: str = ""


_EITHER = (False, True)
_SDK: Mapping[_Called, tuple[int, str]] = {
    _Called(name, is_method=True): (0, "flag_key") for name in OPENFEATURE
}


class _Reads(ast.NodeVisitor):
    """Collects the reads of one module, and the functions that only pass a flag on."""

    def __init__(
        self,
        path: str,
        constants: Mapping[str, str | None],
        readers: Mapping[_Called, tuple[int, str]],
    ) -> None:
        self.reads: list[Read] = []
        self.wrappers: dict[_Called, tuple[int, str]] = {}
        self._path = path
        self._constants = constants
        self._readers = dict(readers)
        self._around: list[ast.ClassDef | _Function] = []
        self._known: dict[str, str] = {}
        self._locals: dict[str, ast.expr] = {}

    def of(self, tree: ast.Module) -> _Reads:
        self._known = dict(_names_of_functions(tree, _module_of(self._path)))
        for name in _imported_natives(tree):
            self._readers[_Called(name, is_method=False)] = (0, "flag_id")
        own = [each for each in tree.body if not isinstance(each, _DEFINITIONS)]
        self._locals = dict(_local_values(own))
        self.visit(tree)
        return self

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._inside_function(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = _called(node.func)
        at = None if called is None else self._reader(called)
        argument = None if at is None else _argument(node, *at)
        if argument is not None and not self._passes_on(argument):
            text = ast.unparse(argument)
            self.reads += [
                Read(self._path, node.lineno, flag_id, text)
                for flag_id in dict.fromkeys(self._flags(argument, 0))
            ]
        self.generic_visit(node)

    def _reader(self, called: _Called) -> tuple[int, str] | None:
        """Return where a call names its flag; a function must be known by name here."""
        if called in self._readers:
            return self._readers[called]
        module = self._known.get(called.name)
        if called.is_method or module is None:
            return None
        return self._readers.get(_Called(called.name, is_method=False, module=module))

    def _inside_function(self, node: _Function) -> None:
        around = self._locals
        self._locals = {**around, **dict(_local_values(node.body))}
        self._inside(node)
        self._locals = around

    def _inside(self, node: ast.ClassDef | _Function) -> None:
        self._around.append(node)
        self.generic_visit(node)
        self._around.pop()

    def _passes_on(self, argument: ast.expr) -> bool:
        """Return whether the flag is a parameter of a function around this call."""
        if not isinstance(argument, ast.Name):
            return False
        for depth in reversed(range(len(self._around))):
            function = self._around[depth]
            if isinstance(function, ast.ClassDef):
                continue
            names = [
                each.arg for each in function.args.posonlyargs + function.args.args
            ]
            keywords = [each.arg for each in function.args.kwonlyargs]
            if argument.id in {*names, *keywords}:
                method = depth > 0 and isinstance(self._around[depth - 1], ast.ClassDef)
                place = (
                    names.index(argument.id) - method if argument.id in names else -1
                )
                module = "" if method else _module_of(self._path)
                called = _Called(function.name, is_method=method, module=module)
                self.wrappers[called] = (place, argument.id)
                return True
        return False

    def _flags(self, argument: ast.expr, depth: int) -> tuple[str | None, ...]:
        """Return the flags an expression may be; None where one cannot be known."""
        parts: list[ast.expr]
        match argument:
            case ast.Constant(value=str(text)):
                return (text,)
            case ast.IfExp(body=body, orelse=other):
                parts = [body, other]
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                pass
            case ast.Starred(value=value):
                parts = [value]
            case ast.Name(id=name) if name in self._locals and depth < _DEPTH_MAX:
                parts = [self._locals[name]]
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return (self._constants.get(name),)
            case _:
                return (None,)
        return tuple(each for part in parts for each in self._flags(part, depth + 1))


def _local_values(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Yield what the names of a function, or of a module, stand for or run over."""
    for node in (each for statement in body for each in ast.walk(statement)):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.For(target=ast.Name(id=name), iter=value):
                yield name, value
            case ast.comprehension(target=ast.Name(id=name), iter=value):
                yield name, value
            case _:
                pass


def _imported_natives(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "companyos.flags"
        ):
            for alias in node.names:
                if alias.name in NATIVE:
                    yield alias.asname or alias.name


def _names_of_functions(tree: ast.Module, module: str) -> Iterator[tuple[str, str]]:
    """Yield the functions that a module defines or imports, and from which module."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, module
        elif isinstance(node, ast.ImportFrom):
            origin = (node.module or "").rpartition(".")[2]
            for alias in node.names:
                yield alias.asname or alias.name, origin


def _module_of(path: str) -> str:
    """Return the last word of the name that a file is imported by."""
    *folders, file = path.removesuffix(".py").replace("\\", "/").split("/")
    return folders[-1] if file == "__init__" and folders else file


def _called(function: ast.expr) -> _Called | None:
    match function:
        case ast.Name(id=name):
            return _Called(name, is_method=False)
        case ast.Attribute(attr=name):
            return _Called(name, is_method=True)
        case _:
            return None


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if 0 <= place < len(call.args):
        argument = call.args[place]
        return None if isinstance(argument, ast.Starred) else argument
    return None
