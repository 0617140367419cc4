"""A condition as Python: the syntax tree of one function that answers it fast.

The function either returns exactly what the interpreter returns, or raises one of
`FAILURES`. Python's operators are used only where they cannot differ from CEL's: where
an operand could be of a kind that Python treats otherwise (`True == 1`, a substring for
a list, a truthy string), its type is tested in passing, and if it is not the usual one
the exact function from `values` answers. Names from the condition are prefixed, so that
none can reach Python's own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType

from companyos.conditions.runtime import ITEMS_FAST, NAMES, CompiledCondition
from companyos.conditions.tree import (
    And,
    Call,
    Choice,
    Compare,
    Comparison,
    Function,
    Has,
    ListOf,
    Literal,
    MapOf,
    Node,
    Not,
    Or,
    Quantified,
    Quantifier,
    Select,
    Variable,
    children,
)
from companyos.conditions.values import Kind, kind_of


def function_of(
    node: Node, parameters: Sequence[str], exact: CompiledCondition
) -> CompiledCondition:
    """Return the function of `node`; where it fails it asks `exact`."""
    body = _Writer(parameters).truth(node)
    tree = ast.fix_missing_locations(_module(body, parameters))
    names = {**NAMES, "exact": exact}
    exec(compile(tree, "<condition>", "exec"), names)  # noqa: S102 - a tree, not a text
    answer = names["condition"]
    assert isinstance(answer, FunctionType)  # noqa: S101 - for the type checker
    return answer


def steps_at_most(node: Node, *, walking: bool = False) -> int:
    """Return how many steps the interpreter takes at most where this code is fast.

    That is while every list a quantifier walks, and every value it looks at, is small.
    """
    if isinstance(node, Quantified):
        body = steps_at_most(node.body, walking=True)
        return 1 + steps_at_most(node.range, walking=walking) + ITEMS_FAST * body
    looked_at = 2 * ITEMS_FAST if walking and isinstance(node, (Compare, Call)) else 0
    below = sum(steps_at_most(child, walking=walking) for child in children(node))
    return 1 + looked_at + below


@dataclass(frozen=True, slots=True)
class _Code:
    """An expression, and the kind of its value where that is certain."""

    expression: ast.expr
    kind: Kind | None = None
    is_plain: bool = False  # a name, a field of one, or a constant: cheap to repeat


class _Writer:
    """Writes one condition; `_walking` counts the quantifiers around."""

    def __init__(self, parameters: Sequence[str]) -> None:
        self._names = list(parameters)
        self._walking = 0
        self._kept = 0
        # Python forbids assignment expressions in what a comprehension walks.
        self._may_keep = True

    def truth(self, node: Node) -> ast.expr:
        """Return code for a bool: it raises where the value is none."""
        code = self.code(node)
        if code.kind is Kind.BOOL:
            return code.expression
        if code.kind is not None or not self._may_keep:
            return _call("as_bool", code.expression)
        keep, kept = self._keep(code)
        surely = ast.Compare(keep, [ast.Is()], [ast.Constant(True)])
        perhaps = ast.Compare(kept, [ast.IsNot()], [ast.Constant(False)])
        otherwise = ast.BoolOp(ast.And(), [perhaps, _call("refuse")])
        return ast.BoolOp(ast.Or(), [surely, otherwise])

    def code(self, node: Node) -> _Code:
        """Return code for the value of `node`."""
        match node:
            case Literal():
                return _Code(ast.Constant(node.value), _literal_kind(node), True)
            case Variable() | Select() | Has():
                return self._lookup(node)
            case Not() | And() | Or() | Choice():
                return self._logic(node)
            case Compare() | Call():
                return self._operation(node)
            case ListOf() | MapOf():
                return self._collection(node)
            case Quantified():
                return self._quantified(node)

    def _lookup(self, node: Variable | Select | Has) -> _Code:
        if isinstance(node, Variable):
            known = node.name in self._names
            return _Code(_name(node.name) if known else _call("refuse"), None, True)
        operand = self.code(node.operand)
        field = ast.Constant(node.field)
        if isinstance(node, Has):
            return _Code(self._has(operand, field), Kind.BOOL)
        if operand.kind not in {None, Kind.MAP}:
            # Python's compiler warns of an item of a constant.
            return _Code(_call("field_of", operand.expression, field))
        item = ast.Subscript(operand.expression, field, ast.Load())
        return _Code(item, None, operand.is_plain)

    def _has(self, operand: _Code, field: ast.expr) -> ast.expr:
        if not self._may_keep:
            return _call("has_field", operand.expression, field)
        keep, kept = self._keep(operand)
        found = ast.Compare(field, [ast.In()], [kept])
        return ast.IfExp(_type_is(keep, "dict"), found, _call("has_field", kept, field))

    def _logic(self, node: Not | And | Or | Choice) -> _Code:
        match node:
            case Not():
                negation = ast.UnaryOp(ast.Not(), self.truth(node.operand))
                return _Code(negation, Kind.BOOL)
            case Choice():
                test = self.truth(node.test)
                then, other = self.code(node.then), self.code(node.otherwise)
                chosen = ast.IfExp(test, then.expression, other.expression)
                return _Code(chosen, then.kind if then.kind is other.kind else None)
            case And() | Or():
                operator = ast.And() if isinstance(node, And) else ast.Or()
                operands = [self.truth(part) for part in _row(node, type(node))]
                return _Code(ast.BoolOp(operator, operands), Kind.BOOL)

    def _operation(self, node: Compare | Call) -> _Code:
        if isinstance(node, Call):
            return self._called(node)
        if node.operator is Comparison.IN:
            return _Code(self._member(node), Kind.BOOL)
        return _Code(self._compared(node), Kind.BOOL)

    def _compared(self, node: Compare) -> ast.expr:
        left, right = self._operand(node.left), self._operand(node.right)
        operator = _OPERATORS[node.operator]()
        plain = ast.Compare(left.expression, [operator], [right.expression])
        if _alike_in_python(left.kind, right.kind):
            return plain
        if node.operator in _EQUALITIES and _tells_apart(node.left, node.right):
            return plain
        usual = _usual(left.kind, right.kind)
        if usual is None or not (self._may_keep and left.is_plain and right.is_plain):
            return _call(node.operator.name, left.expression, right.expression)
        # The operand of unknown kind is the one to look at; it is evaluated first.
        if left.kind is None:
            left, test = self._tested(left, usual)
        else:
            right, test = self._tested(right, usual)
        exact = _call(node.operator.name, left.expression, right.expression)
        usually = ast.Compare(left.expression, [operator], [right.expression])
        return ast.IfExp(test, usually, exact)

    def _member(self, node: Compare) -> ast.expr:
        left, right = self._operand(node.left), self._operand(node.right)
        constants = _strings(node.right)
        if constants is not None and not (
            self._walking and len(constants) > ITEMS_FAST
        ):
            # The compiler takes frozen sets of constants; its type stubs do not say so.
            choices = ast.Constant(constants)  # type: ignore[arg-type]
            return ast.Compare(left.expression, [ast.In()], [choices])
        plain = self._may_keep and left.is_plain and right.is_plain
        if not plain or right.kind is not None or left.kind not in {None, Kind.STRING}:
            return _call("IN", left.expression, right.expression)
        exact = _call("IN", left.expression, right.expression)
        tests: list[ast.expr] = []
        if left.kind is None:
            left, test = self._tested(left, "str")
            tests.append(test)
        keep, kept = self._keep(right)
        tests.append(ast.Compare(_call("type", keep), [ast.In()], [_global("LISTS")]))
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
        found = ast.Compare(left.expression, [ast.In()], [kept])
        return ast.IfExp(test, found, exact)

    def _called(self, node: Call) -> _Code:
        arguments = [self._operand(argument) for argument in node.arguments]
        if node.function is Function.SIZE:
            return _Code(_call("len", arguments[0].expression), Kind.INT)
        receiver, argument = arguments
        if node.function is Function.CONTAINS:
            return _Code(self._contains(receiver, argument), Kind.BOOL)
        return _Code(self._affixed(node.function, receiver, argument), Kind.BOOL)

    def _contains(self, whole: _Code, part: _Code) -> ast.expr:
        if whole.kind is Kind.STRING:
            return ast.Compare(part.expression, [ast.In()], [whole.expression])
        if whole.kind is not None or not self._may_keep:
            return _call("CONTAINS", whole.expression, part.expression)
        kept, test = self._tested(whole, "str")
        found = ast.Compare(part.expression, [ast.In()], [kept.expression])
        return ast.IfExp(test, found, _call("refuse"))

    def _affixed(self, function: Function, whole: _Code, part: _Code) -> ast.expr:
        method = ast.Attribute(whole.expression, _METHODS[function], ast.Load())
        if part.kind is Kind.STRING:
            return ast.Call(method, [part.expression], [])
        if part.kind is not None or not self._may_keep:
            return _call(function.name, whole.expression, part.expression)
        # Python also takes a tuple of prefixes.
        kept, test = self._tested(part, "str")
        return ast.IfExp(test, ast.Call(method, [kept.expression], []), _call("refuse"))

    def _collection(self, node: ListOf | MapOf) -> _Code:
        items = [self.code(item).expression for item in children(node)]
        if isinstance(node, ListOf):
            return _Code(ast.List(items, ast.Load()), Kind.LIST)
        keys: list[ast.expr | None] = [ast.Constant(key) for key, _ in node.entries]
        return _Code(ast.Dict(keys, items), Kind.MAP)

    def _quantified(self, node: Quantified) -> _Code:
        may_keep, self._may_keep = self._may_keep, False
        walked = _call("few", self.code(node.range).expression)
        self._may_keep = may_keep
        self._walking += 1
        self._names.append(node.variable)
        body = self.truth(node.body)
        self._names.pop()
        self._walking -= 1
        target = ast.Name(_PREFIX + node.variable, ast.Store())
        each = ast.comprehension(target=target, iter=walked, ifs=[], is_async=0)
        every = "all" if node.quantifier is Quantifier.ALL else "any"
        return _Code(_call(every, ast.GeneratorExp(body, [each])), Kind.BOOL)

    def _operand(self, node: Node) -> _Code:
        """Return code for a value to be looked at, within a quantifier a small one."""
        code = self.code(node)
        if not self._walking or code.kind in {Kind.BOOL, Kind.INT}:
            return code
        return _Code(_call("small", code.expression), code.kind, code.is_plain)

    def _tested(self, code: _Code, usual: str) -> tuple[_Code, ast.expr]:
        """Return the kept value, and the test whether its type is the usual one."""
        keep, kept = self._keep(code)
        return _Code(kept, None, True), _type_is(keep, usual)

    def _keep(self, code: _Code) -> tuple[ast.expr, ast.expr]:
        """Return code that evaluates and keeps a value, and code that reads it."""
        if isinstance(code.expression, ast.Name):
            return code.expression, code.expression
        self._kept += 1
        name = f"k{self._kept}"
        keep = ast.NamedExpr(ast.Name(name, ast.Store()), code.expression)
        return keep, _global(name)


# What is asked of the two kinds of a comparison.


def _alike_in_python(left: Kind | None, right: Kind | None) -> bool:
    """Return whether Python compares such values as CEL does, or raises."""
    if Kind.STRING in {left, right}:
        return True
    return left is right and left in {Kind.INT, Kind.BOOL}


def _tells_apart(left: Node, right: Node) -> bool:
    """Return whether one side is a number that no bool is equal to."""
    return any(
        isinstance(side, Literal)
        and isinstance(side.value, int)
        and side.value not in {0, 1}
        for side in (left, right)
    )


def _usual(left: Kind | None, right: Kind | None) -> str | None:
    """Return the type to expect of the side whose kind is not known."""
    if left is not None and right is not None:
        return None
    known = left or right
    return "str" if known is None else _USUAL.get(known)


def _strings(node: Node) -> frozenset[str] | None:
    """Return the strings of a constant list, or None for anything else."""
    if not isinstance(node, ListOf):
        return None
    constants = [item.value for item in node.items if isinstance(item, Literal)]
    strings = frozenset(value for value in constants if isinstance(value, str))
    return strings if len(strings) == len(node.items) else None


def _literal_kind(node: Literal) -> Kind:
    return kind_of(node.value)


def _row(node: Node, kind: type[And | Or]) -> list[Node]:
    if isinstance(node, kind):
        return [*_row(node.left, kind), *_row(node.right, kind)]
    return [node]


# Pieces of code.

_PREFIX = "v_"


def _module(body: ast.expr, parameters: Sequence[str]) -> ast.Module:
    """Return `def condition(…): try: return BODY; except FAILURES: return exact(…)`."""
    arguments = [_name(parameter) for parameter in parameters]
    failed = ast.ExceptHandler(
        type=_global("FAILURES"),
        name=None,
        body=[ast.Return(_call("exact", *arguments))],
    )
    attempt = ast.Try(
        body=[ast.Return(body)], handlers=[failed], orelse=[], finalbody=[]
    )
    taken = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(_PREFIX + parameter) for parameter in parameters],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    function = ast.FunctionDef(
        name="condition", args=taken, body=[attempt], decorator_list=[]
    )
    return ast.Module([function], [])


def _name(name: str) -> ast.Name:
    return ast.Name(_PREFIX + name, ast.Load())


def _global(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_global(function), list(arguments), [])


def _type_is(value: ast.expr, usual: str) -> ast.expr:
    return ast.Compare(_call("type", value), [ast.Is()], [_global(usual)])


_EQUALITIES = frozenset({Comparison.EQ, Comparison.NE})

_OPERATORS: Mapping[Comparison, Callable[[], ast.cmpop]] = {
    Comparison.EQ: ast.Eq,
    Comparison.NE: ast.NotEq,
    Comparison.LT: ast.Lt,
    Comparison.LE: ast.LtE,
    Comparison.GT: ast.Gt,
    Comparison.GE: ast.GtE,
}

_METHODS: Mapping[Function, str] = {
    Function.STARTS_WITH: "startswith",
    Function.ENDS_WITH: "endswith",
}

_USUAL: Mapping[Kind, str] = {Kind.INT: "int", Kind.BOOL: "bool"}
