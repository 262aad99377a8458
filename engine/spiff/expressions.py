"""The one language of expressions: conditions, timers, parameters, properties, cells of decision
tables.

A subset of Python's expressions, checked against an allow-list before anything is evaluated and
then computed by simpleeval. There are no scripts, no attributes (``a.b`` is a look-up in a dict),
no methods, no power, no comprehensions; an expression has at most 500 characters and 200 nodes, and
no value it makes on the way is longer than `MAX_LENGTH`. Every error of an expression, at
deployment or while it runs, is an `InvalidExpression`.
"""

from __future__ import annotations

import ast
import operator
import threading
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NoReturn, cast

from django.utils.translation import gettext as _
from simpleeval import SimpleEval

from engine.exceptions import EngineError, InvalidExpression

MAX_CHARACTERS: Final = 500
MAX_NODES: Final = 200
MAX_LENGTH: Final = 10_000
"""Longest string or list that an operator or a literal may make."""
MAX_INTEGER: Final = 2**128
"""Integers beyond it are refused: multiplying them again and again costs time without a bound."""

CONSTANTS: Final[Mapping[str, bool]] = {"true": True, "false": False}
"""What decision tables call yes and no."""
TIME_FUNCTIONS: Final = ("working", "calendar", "every_working")
"""Functions of one text argument, an ISO 8601 duration; they exist where a process runs, because
they need a clock."""


def _sum(values: Iterable[Any]) -> Any:
    """Sum of numbers. Unlike Python's it doesn't join lists: that would take quadratic time."""
    total: Any = 0
    for value in values:
        total = _add(total, _number(value))
    return total


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(_("a number is needed, not %(value)s") % {"value": _shown(value)})
    return value


def _round(value: Any, digits: int = 0) -> Any:
    """Rounded half to even, as Python does; without digits, an integer."""
    if not -30 <= digits <= 30:
        raise ValueError(_("too many digits to round to"))
    return round(_number(value), digits) if digits else round(_number(value))


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "len": len,
    "min": min,
    "max": max,
    "round": _round,
    "abs": lambda value: abs(_number(value)),
    "sum": _sum,
}
NAMES: Final = frozenset((*FUNCTIONS, *TIME_FUNCTIONS, *CONSTANTS, "True", "False", "None"))
"""Names that mean something by themselves; no variable should bear one."""


def evaluate(
    source: str,
    names: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]] = FUNCTIONS,
) -> Any:
    """Value of the expression `source` where `names` are the variables.

    `functions` replaces the functions known; pass ``FUNCTIONS | {…}`` to add some. Variables win
    over no function: a call always means a function, a plain name always a variable. Raises
    `InvalidExpression`.
    """
    tree = parsed(source)
    evaluator = _evaluator()
    outer = evaluator.names, evaluator.functions
    evaluator.names, evaluator.functions = names, functions
    try:
        return evaluator._eval(tree)
    except EngineError:
        raise
    except RecursionError as error:
        raise _failed(source, _("it is nested too deeply")) from error
    except Exception as error:
        raise _failed(source, _reason(error)) from error
    finally:
        evaluator.names, evaluator.functions = outer


def validate(source: str, functions: Iterable[str] = (*FUNCTIONS, *TIME_FUNCTIONS)) -> None:
    """Check that `source` is an expression of the language that calls none but `functions`.

    Nothing is evaluated: whether the variables exist shows when it runs. Raises
    `InvalidExpression`.
    """
    known = frozenset(functions)
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Call):
            name = cast(ast.Name, node.func).id
            if name not in known:
                raise _failed(source, _("there is no function “%(name)s”") % {"name": name})


def variables_of(source: str) -> frozenset[str]:
    """Names of the variables that the expression reads. Raises `InvalidExpression`."""
    tree = parsed(source)
    calls = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return frozenset(node.id for node in names if id(node) not in calls)


def is_expression(source: str) -> bool:
    """Whether `source` by itself follows Python's grammar. Only for choosing how to read a cell of
    a decision table."""
    try:
        ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


# --- reading --------------------------------------------------------------------------------------
_ALLOWED: Final = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.BinOp),
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Compare, ast.Eq, ast.NotEq),
    *(ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.IfExp, ast.Call),
    *(ast.Name, ast.Load, ast.Constant, ast.Attribute, ast.Subscript, ast.List, ast.Tuple),
)
_CONSTANT_TYPES: Final = (str, int, float, bool, type(None))


@lru_cache(4096)
def parsed(source: str) -> ast.expr:
    """The checked tree of an expression; never to be changed, it is shared. Raises
    `InvalidExpression`."""
    text = source.strip()
    if len(text) > MAX_CHARACTERS:
        limit = {"limit": MAX_CHARACTERS}
        raise _failed(text, _("it is longer than %(limit)s characters") % limit)
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _failed(text, _("it can't be read")) from error
    for count, node in enumerate(ast.walk(tree), start=1):
        problem = _problem(node) if count <= MAX_NODES else _("it is too complex")
        if problem:
            raise _failed(text, problem)
    return cast(ast.expr, _Constants().visit(tree))


def _problem(node: ast.AST) -> str:
    """Why a node isn't allowed; empty if it is."""
    if not isinstance(node, _ALLOWED):
        return _("“%(what)s” is not part of the language") % {"what": type(node).__name__}
    if isinstance(node, ast.Call) and (node.keywords or not isinstance(node.func, ast.Name)):
        return _("only plain functions can be called")
    if isinstance(node, ast.Constant):
        return _literal_problem(node.value)
    name = node.id if isinstance(node, ast.Name) else ""
    name = node.attr if isinstance(node, ast.Attribute) else name
    return _("“%(name)s” is a private name") % {"name": name} if name.startswith("_") else ""


def _literal_problem(value: Any) -> str:
    if not isinstance(value, _CONSTANT_TYPES):
        return _("%(type)s is no literal of the language") % {"type": type(value).__name__}
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        return _("a number is too large")
    return ""


class _Constants(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in CONSTANTS:
            return ast.copy_location(ast.Constant(CONSTANTS[node.id]), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        return node


# --- computing ------------------------------------------------------------------------------------
def _bounded(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValueError(_("a number is too large"))
    return value


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0


def _add(left: Any, right: Any) -> Any:
    if _length(left) + _length(right) > MAX_LENGTH:
        raise ValueError(_("a value is too long"))
    return _bounded(left + right)


def _multiply(left: Any, right: Any) -> Any:
    if _length(left) or _length(right):
        raise TypeError(_("only numbers can be multiplied"))
    return _bounded(left * right)


def _modulo(left: Any, right: Any) -> Any:
    # "%9999999s" % x would make a string of any length
    return _number(left) % _number(right)


_OPERATORS: Final[Mapping[type[ast.AST], Callable[..., Any]]] = {
    ast.Add: _add,
    ast.Sub: lambda left, right: _bounded(left - right),
    ast.Mult: _multiply,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: _modulo,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


class _Evaluator(SimpleEval):
    """simpleeval, narrowed to what the allow-list lets through.

    Its look into every intermediate result for modules and forbidden functions is left out:
    variables hold plain data (`values.normalized`), and a function can't be reached but by calling
    it. That look costs more than the rest.
    """

    def __init__(self) -> None:
        super().__init__(operators=dict(_OPERATORS), functions={}, names={})
        self.nodes: dict[type[ast.AST], Callable[..., Any]] = {
            kind: handler
            for kind, handler in self.nodes.items()
            if kind in _ALLOWED and kind not in (ast.Attribute, ast.Call, ast.Name)
        }
        self.nodes[ast.Attribute] = self._look_up
        self.nodes[ast.Call] = self._call
        self.nodes[ast.Name] = self._variable
        self.nodes[ast.Constant] = operator.attrgetter("value")
        self.nodes[ast.List] = lambda node: [self._eval(element) for element in node.elts]
        self.nodes[ast.Tuple] = lambda node: tuple(self._eval(element) for element in node.elts)

    def _eval(self, node: ast.AST) -> Any:
        return self.nodes[type(node)](node)

    def _variable(self, node: ast.Name) -> Any:
        try:
            return self.names[node.id]
        except KeyError:
            message = _("there is no variable “%(name)s”") % {"name": node.id}
            raise LookupError(message) from None

    def _look_up(self, node: ast.Attribute) -> Any:
        base = self._eval(node.value)
        if isinstance(base, dict) and node.attr in base:
            return base[node.attr]
        raise LookupError(_("there is no field “%(name)s”") % {"name": node.attr})

    def _call(self, node: ast.Call) -> Any:
        name = cast(ast.Name, node.func).id
        function = self.functions.get(name)
        if function is None:
            raise LookupError(_("there is no function “%(name)s”") % {"name": name})
        return function(*[self._eval(argument) for argument in node.args])


_local = threading.local()


def _evaluator() -> _Evaluator:
    """One evaluator per thread: it holds the names of the expression it is at."""
    try:
        return cast(_Evaluator, _local.evaluator)
    except AttributeError:
        _local.evaluator = _Evaluator()
        return cast(_Evaluator, _local.evaluator)


# --- errors ---------------------------------------------------------------------------------------
def _shown(value: Any) -> str:
    return repr(value)[:50]


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return _("there is no field %(name)s") % {
            "name": _shown(error.args[0] if error.args else "")
        }
    return str(error)[:200] or type(error).__name__


def _failed(source: str, reason: str) -> InvalidExpression:
    return InvalidExpression(
        _("Expression “%(source)s”: %(reason)s.") % {"source": source[:80], "reason": reason},
        expression=source[:MAX_CHARACTERS],
        reason=reason,
    )


def refuse(source: str, reason: str) -> NoReturn:
    """Raise `InvalidExpression` for a value that isn't what its place needs (a timer that yields no
    time …)."""
    raise _failed(source, reason)
