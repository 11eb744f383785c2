"""Bounds: what a template may do, so that no template takes long or grows large, and none reaches beyond its facts.

Jinja's sandbox keeps templates from Python; this keeps them from endless loops and endless texts. A template is made of
texts, facts, conditions, loops and a few filters; whatever else the language has is refused when the template is read.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateAssertionError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

_FILTERS = (
    "abs capitalize d default e escape first float forceescape int join last length count lower max min reverse round "
    "sort string sum title trim truncate unique upper urlencode"
)
FILTERS = frozenset(_FILTERS.split())
_TESTS = (
    "defined undefined none number string sequence odd even divisibleby eq equalto ne lt lessthan le gt greaterthan ge "
    "in == != < <= > >="
)
TESTS = frozenset(_TESTS.split())
STEPS = 10_000  # turns of all loops
SECONDS = 0.25
LONGEST = 65_536  # characters of a text that is put together
RANGE = 1_000
_TICK = "_turn"
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem),
    *(nodes.If, nodes.For, nodes.Assign, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Slice),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Concat, nodes.List, nodes.Tuple),
    *(nodes.Keyword, nodes.Include),
)


class LimitError(Exception):
    """A template that does too much, when it is rendered."""


class Bounded(ImmutableSandboxedEnvironment):
    """The environment that templates are read and rendered in."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%"])

    def __init__(self, **options: Any) -> None:
        super().__init__(autoescape=_escaped, keep_trailing_newline=False, **options)
        self.globals = {"range": _range}
        self.filters = {name: _short(self.filters[name]) for name in FILTERS} | {"join": _joined(self.filters["join"])}
        self.tests = {name: self.tests[name] for name in TESTS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _check(tree, name, filename)
        _Turned().visit(tree)
        return tree

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Sums of texts up to a length, and numbers."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            if len(left) + len(right) > LONGEST:
                raise LimitError(f"puts a text of more than {LONGEST:,} characters together")
            return left + right
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise LimitError(f"'{operator}' is for numbers here (and '+' for texts)")
        if max(abs(left), abs(right)) > 1e15:
            raise LimitError("computes with numbers beyond 1e15")
        return super().call_binop(context, operator, left, right)


def meter() -> dict[str, Callable[[], str]]:
    """What counts the turns of one rendering, to be given to the template with its facts."""
    end, left = time.monotonic() + SECONDS, STEPS

    def turn() -> str:
        nonlocal left
        left -= 1
        if left < 0:
            raise LimitError(f"its loops turn more than {STEPS:,} times")
        if time.monotonic() > end:
            raise LimitError(f"it takes more than {SECONDS} seconds")
        return ""

    return {_TICK: turn}


def _escaped(name: str | None) -> bool:
    return name is None or name.endswith(".html")


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > RANGE:
        raise SecurityError(f"range of {len(found):,}; at most {RANGE:,}")
    return found


def _short(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose result is not too long."""

    @wraps(function)  # and with the marks by which it is given the environment
    def bounded(*args: Any, **options: Any) -> Any:
        found = function(*args, **options)
        if isinstance(found, str) and len(found) > LONGEST:
            raise LimitError(f"makes a text of more than {LONGEST:,} characters")
        return found

    return bounded


def _joined(function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter `join`, which looks before it begins."""

    @wraps(function)
    def bounded(evaluation: Any, value: Any, between: str = "") -> Any:
        parts = list(value)
        if sum(len(str(part)) + len(between) for part in parts) > LONGEST:
            raise LimitError(f"joins a text of more than {LONGEST:,} characters")
        return function(evaluation, parts, between)

    return bounded


def _turn(line: int) -> nodes.Output:
    call = nodes.Call(nodes.Name(_TICK, "load"), [], [], None, None, lineno=line)
    return nodes.Output([call], lineno=line)


def _check(tree: nodes.Template, name: str | None, filename: str | None) -> None:
    def refuse(node: nodes.Node, what: str) -> None:
        raise TemplateAssertionError(f"{what} is not for messages", node.lineno, name, filename)

    for node in tree.find_all(nodes.Node):
        words = type(node).__name__.lower()
        if isinstance(node, nodes.Helper) and not isinstance(node, _ALLOWED):
            refuse(node, f"'{words}'")
        if isinstance(node, nodes.Stmt | nodes.Expr) and not isinstance(node, _ALLOWED):
            refuse(node, f"'{words}'")
        if isinstance(node, nodes.Call) and not (isinstance(node.node, nodes.Name) and node.node.name == "range"):
            refuse(node, "calling anything but range()")
        if isinstance(node, nodes.For) and (node.recursive or node.test is not None):
            refuse(node, "a loop with 'if' or 'recursive'")
        if isinstance(node, nodes.Include) and not isinstance(node.template, nodes.Const):
            refuse(node, "including what is only known later")
        if isinstance(node, nodes.List | nodes.Tuple) and not _is_plain(node):
            refuse(node, "a list of anything but texts and numbers")
        if isinstance(node, nodes.Name) and node.name.startswith("_"):
            refuse(node, f"the name '{node.name}'")


def _is_plain(node: nodes.List | nodes.Tuple) -> bool:
    """Lists in lists could be written out as texts without end."""
    if isinstance(node, nodes.Tuple) and node.ctx == "store":
        return True
    return all(isinstance(item, nodes.Const) for item in node.items)


class _Turned(NodeTransformer):
    """Every loop and every template counts its turns, and `~` is a sum, which is bounded."""

    def visit_Template(self, node: nodes.Template) -> nodes.Node:  # noqa: N802  # as the visitor calls it
        self.generic_visit(node)
        node.body.insert(0, _turn(node.lineno))
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  # likewise
        self.generic_visit(node)
        node.body.insert(0, _turn(node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  # likewise
        self.generic_visit(node)
        parts = [nodes.Filter(part, "string", [], [], None, None, lineno=node.lineno) for part in node.nodes]
        total: nodes.Expr = parts[0]
        for part in parts[1:]:
            total = nodes.Add(total, part, lineno=node.lineno)
        return total
