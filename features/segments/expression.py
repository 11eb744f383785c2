"""Expression: a condition on customers, written by people and evaluated for all of them at once.

It is parsed by Python's own parser and walked here; nothing of it is ever run as code. What is not on the list of
allowed nodes is an error with its place.
"""

import ast
import difflib
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, Self

import numpy as np

from features.arrays import Array, Bools, Doubles
from features.errors import ConfigError

LONGEST = 1_000  # characters
DEEPEST = 30  # levels
LARGEST = 1e15  # a figure that may be written

_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {"abs": np.abs, "min": np.fmin, "max": np.fmax}
_OF_TEXT = ("segment", "likes", "inferred", "bought", "viewed")
_LEAVES = (ast.Name, ast.Constant, ast.Load, ast.And, ast.Or, ast.Not, ast.USub, ast.In, ast.NotIn)
_NODES = (
    *(ast.Expression, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.BinOp, ast.Call, ast.List, ast.Tuple),
    *_LEAVES,
    *_COMPARE,
    *_ARITHMETIC,
)


class Scope(Protocol):
    """What an expression may ask about R customers."""

    def __len__(self) -> int: ...

    @property
    def names(self) -> Collection[str]:
        """What may be named, for messages."""

    def value(self, name: str) -> "Doubles | Words":
        """(R,) a figure or an attribute; KeyError for a name that there is not."""

    def asked(self, function: str, text: str) -> Bools:
        """(R,) `segment("value.vip")`, `likes("Home > Mugs")`; KeyError for a text that means nothing."""


@dataclass(frozen=True)
class Words:
    """A text of each of R customers, as codes."""

    code: Array  # (R,) -1 where it is not known
    names: Any  # sequence of texts

    def among(self, texts: Collection[Any]) -> Bools:
        """(R,) whether it is one of some texts, whatever their case."""
        folded = {str(text).casefold() for text in texts}
        wanted = np.array([*(name.casefold() in folded for name in self.names), False])
        found: Bools = wanted[self.code]
        return found


@dataclass(frozen=True)
class Expression:
    """A condition that was checked."""

    text: str
    tree: ast.expr

    @classmethod
    @lru_cache(maxsize=1_000)  # of the class, not of its objects
    def parse(cls, text: str) -> Self:
        """Read it; ConfigError where it is not a condition of the allowed kind."""
        text = text.strip()
        if len(text) > LONGEST:
            raise ConfigError(f"an expression of {len(text):,} characters; {LONGEST:,} are the most")
        try:
            tree = ast.parse(text, mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = getattr(error, "offset", None)
            where = f" at character {place}" if place else ""
            raise ConfigError(f"{_short(text)!r} is no expression{where}; write such as: orders >= 3") from None
        _check(tree, text, 0)
        return cls(text, tree.body)

    @property
    def names(self) -> list[str]:
        """What it names, in the order of the text."""
        functions = {id(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.Name) and id(n) not in functions]
        return list(dict.fromkeys(n.id for n in sorted(found, key=lambda n: n.col_offset)))

    @property
    def segments(self) -> list[str]:
        """The segments that it asks about."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return [_text_of(c) for c in calls if isinstance(c.func, ast.Name) and c.func.id == "segment"]

    def holds(self, scope: Scope) -> Bools:
        """(R,) for whom it holds. What is not known makes a comparison false. ConfigError for an unknown name."""
        with np.errstate(divide="ignore", invalid="ignore"):
            value = _Walk(self.text, scope).value(self.tree)
        if isinstance(value, Words) or np.asarray(value).dtype != np.bool_:
            raise ConfigError(f"{_short(self.text)!r} is a figure and no condition; compare it: ... > 0")
        return np.broadcast_to(np.asarray(value, np.bool_), len(scope)).copy()

    def figures(self, scope: Scope) -> Doubles:
        """(R,) its value, where it is a figure and no condition; NaN where that is not known. ConfigError else."""
        with np.errstate(divide="ignore", invalid="ignore"):
            value = _Walk(self.text, scope).value(self.tree)
        if isinstance(value, Words | str) or np.asarray(value).dtype == np.bool_:
            raise ConfigError(f"{_short(self.text)!r} is no figure; write such as: revenue / orders")
        found = np.broadcast_to(np.asarray(value, np.float64), len(scope)).copy()
        found[~np.isfinite(found)] = np.nan
        return found


@dataclass(frozen=True)
class _Walk:
    text: str
    scope: Scope

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._named(name)
            case ast.BoolOp(op=op, values=values):
                parts = [self._truth(part) for part in values]
                whole = parts[0]
                for part in parts[1:]:
                    whole = whole & part if isinstance(op, ast.And) else whole | part
                return whole
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ~self._truth(operand)
            case ast.UnaryOp(operand=operand):
                return -self._number(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return _ARITHMETIC[type(op)](self._number(left), self._number(right))
            case ast.Compare():
                return self._compared(node)
            case ast.Call():
                return self._called(node)
            case _:
                raise self._error("a list stands only behind `in`")

    def _named(self, name: str) -> Any:
        try:
            return self.scope.value(name)
        except KeyError:
            close = difflib.get_close_matches(name, list(self.scope.names), 1)
            hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(sorted(self.scope.names))}"
            raise self._error(f"nothing is called '{name}'; {hint}") from None

    def _called(self, node: ast.Call) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _OF_TEXT:
            text = _text_of(node)
            try:
                return self.scope.asked(name, text)
            except KeyError:
                raise self._error(f"{name}({text!r}): there is none of that name") from None
        values = [self._number(argument) for argument in node.args]
        whole = _FUNCTIONS[name](*values[:1]) if len(values) == 1 else values[0]
        for value in values[1:]:
            whole = _FUNCTIONS[name](whole, value)
        return whole

    def _compared(self, node: ast.Compare) -> Any:
        whole, left = None, self.value(node.left)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self._listed(comparator) if isinstance(op, ast.In | ast.NotIn) else self.value(comparator)
            part = self._pair(left, op, right)
            whole, left = part if whole is None else whole & part, right
        return whole

    def _pair(self, left: Any, op: ast.cmpop, right: Any) -> Any:
        if isinstance(op, ast.In | ast.NotIn):
            return self._among(left, right, within=isinstance(op, ast.In))
        if isinstance(right, Words):
            left, right = right, left
        if isinstance(left, Words):
            if not isinstance(op, ast.Eq | ast.NotEq) or not isinstance(right, str):
                raise self._error("a text is compared by == or != with a text in quotes")
            return self._among(left, [right], within=isinstance(op, ast.Eq))
        if isinstance(left, str) or isinstance(right, str):
            raise self._error("a figure is compared with a text")
        left, right = np.asarray(left), np.asarray(right)
        found = _COMPARE[type(op)](left, right)
        return found & ~(_unknown(left) | _unknown(right))

    def _among(self, left: Any, texts: list[Any], *, within: bool) -> Any:
        if isinstance(left, Words):
            found = left.among(texts)
            return found if within else ~found & (left.code >= 0)
        if isinstance(left, str) or any(isinstance(text, str) for text in texts):
            raise self._error("a figure is compared with a text")
        found = np.isin(left, texts)
        return found if within else ~found & ~_unknown(np.asarray(left))

    def _listed(self, node: ast.expr) -> list[Any]:
        items = node.elts if isinstance(node, ast.List | ast.Tuple) else []
        if not items or not all(isinstance(item, ast.Constant) for item in items):
            raise self._error("behind `in` stands a list of values, such as ['France', 'Spain']")
        return [item.value for item in items if isinstance(item, ast.Constant)]

    def _truth(self, node: ast.expr) -> Any:
        value = self.value(node)
        if isinstance(value, bool):
            return np.full(len(self.scope), value)
        if isinstance(value, Words | str) or np.asarray(value).dtype != np.bool_:
            raise self._error(f"`{ast.unparse(node)}` is no condition; compare it with something")
        return np.asarray(value)

    def _number(self, node: ast.expr) -> Any:
        value = self.value(node)
        if isinstance(value, Words | str) or np.asarray(value).dtype == np.bool_:
            raise self._error(f"`{ast.unparse(node)}` is no figure")
        return np.asarray(value, np.float64)

    def _error(self, why: str) -> ConfigError:
        return ConfigError(f"{_short(self.text)!r}: {why}")


def _check(node: ast.AST, text: str, depth: int) -> None:
    if depth > DEEPEST:
        raise ConfigError(f"{_short(text)!r}: nested more than {DEEPEST} deep")
    if not isinstance(node, _NODES):
        place = f" (character {node.col_offset + 1})" if isinstance(node, ast.expr) else ""
        raise ConfigError(
            f"{_short(text)!r}: {_named(node, text)} is not allowed{place}; use names, values, comparisons, and, or, "
            f"not, in, + - * /, {', '.join((*_FUNCTIONS, *_OF_TEXT))}"
        )
    if isinstance(node, ast.Constant) and not _usable(node.value):
        raise ConfigError(f"{_short(text)!r}: {_named(node, text)} is no value that can be compared with")
    if isinstance(node, ast.Call):
        _check_call(node, text)
    for child in ast.iter_child_nodes(node):
        _check(child, text, depth + 1)


def _check_call(node: ast.Call, text: str) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else _named(node.func, text)
    if name not in _FUNCTIONS and name not in _OF_TEXT:
        known = ", ".join([*_FUNCTIONS, *_OF_TEXT])
        raise ConfigError(f"{_short(text)!r}: no function is called '{name}'; there are: {known}")
    if node.keywords or not node.args or (name == "abs" and len(node.args) != 1):
        raise ConfigError(f"{_short(text)!r}: {name} is called with values in brackets, such as {name}(...)")
    if name in _OF_TEXT and not (
        len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    ):
        raise ConfigError(f"{_short(text)!r}: {name} takes one text in quotes")


def _usable(value: object) -> bool:
    return isinstance(value, str | bool) or (isinstance(value, int | float) and abs(value) <= LARGEST)


def _named(node: ast.AST, text: str) -> str:
    found = ast.get_source_segment(text, node) if isinstance(node, ast.expr) else None
    return f"`{_short(found)}`" if found else type(node).__name__


def _text_of(call: ast.Call) -> str:
    argument = call.args[0]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _unknown(value: Array) -> Any:
    return np.isnan(value) if value.dtype.kind == "f" else np.zeros(value.shape, np.bool_)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 80 else f"{plain[:77]}..."
