"""What a function calls what it returns: read from its return statements."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Names = tuple[str | None, ...]

# Calls that change the form of a value, and not what it is.
_CONVERSIONS = frozenset({"float", "int", "round", "abs", "bool", "item", "numpy", "cpu"})
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class ReturnNames:
    """The names in the return (and yield) statements of a function, where its source is known."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Remember the function; its source is read when a name is first asked for."""
        self._function = function
        self._found: tuple[list[Names], list[Names]] | None = None

    def of_result(self, count: int | None) -> Names:
        """Name what is returned: one value (None), or a tuple of `count`; None where unknown."""
        return _agreed(self._statements()[0], count)

    def of_yielded(self, count: int | None) -> Names:
        """Name what is yielded, likewise."""
        return _agreed(self._statements()[1], count)

    def _statements(self) -> tuple[list[Names], list[Names]]:
        if self._found is None:
            try:
                self._found = _read(self._function)
            except (OSError, TypeError, SyntaxError, ValueError, RecursionError):
                self._found = ([], [])  # typed at a prompt, or of a compiled module
        return self._found


def _read(function: Callable[..., Any]) -> tuple[list[Names], list[Names]]:
    source = inspect.getsource(inspect.unwrap(function))
    if source[:1].isspace():  # of a class or a function; its texts stay as they are
        source = "if True:\n" + source
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            returned: list[Names] = []
            yielded: list[Names] = []
            for inner in _own_nodes(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    returned.append(_names_of(inner.value))
                elif isinstance(inner, ast.Yield) and inner.value is not None:
                    yielded.append(_names_of(inner.value))
            return returned, yielded
    return [], []


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through a function, but not through the functions within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _INNER):
            yield child
            yield from _own_nodes(child)


def _names_of(value: ast.expr) -> Names:
    if not isinstance(value, (ast.Tuple, ast.List)):
        return (_name_of(value),)
    if any(isinstance(one, ast.Starred) for one in value.elts):
        return ()
    # An empty name at the end tells a tuple of one from a single value.
    return (*(_name_of(one) for one in value.elts), "")


def _name_of(value: ast.expr) -> str | None:
    """Name an expression: `score`, `self.loss`, `model.score(X, y)`, `float(loss)`."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Await(value=inner):
            return _name_of(inner)
        case ast.NamedExpr(target=ast.Name(id=name)):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _CONVERSIONS:
            return _name_of(first)
        case ast.Call(func=ast.Attribute(attr=name, value=inner)) if name in _CONVERSIONS:
            return _name_of(inner)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
        case _:
            return None


def _agreed(statements: Sequence[Names], count: int | None) -> Names:
    """Join the statements of that form; a place that two of them name differently has no name."""
    wanted = 1 if count is None else count
    length = 1 if count is None else count + 1
    fitting = [names[:wanted] for names in statements if len(names) == length]
    if not fitting:
        return (None,) * wanted
    return tuple(here[0] if len(set(here)) == 1 else None for here in zip(*fitting, strict=True))
