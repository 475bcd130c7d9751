"""Writes source text: a module of functions, and each of them line by line.

A function takes the parameters that its lines ask for. What it has computed has a name for as
long as the lines that follow are reached only through it, and is not computed twice.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final

PARAMETERS: Final = (
    "top", "root", "item", "name", "outer", "place", "within", "headers", "record", "keys",
    "memo", "doubt", "note", "out",
)  # fmt: skip
"""What a function can be given, by these names and in this order.

`top`, `root`, `item`, `name`, `outer` and `headers` are what paths begin at. `place` is the
item's in its list or object, and `within` that in the inner one of two, from 0. `record` is the
record as it came, `keys` a `RecordKeys`, `memo` the keys that were derived for the record,
`doubt` the path whose absence lets nothing be granted, or None. `note` is called with rule, path
and value, and `out` takes the outcomes.
"""


class ModuleWriter:
    """A module as it is written: the source of its functions and the values of its names.

    `observing`: the functions show each value whose words the map lists to `note`.
    """

    def __init__(self, *, observing: bool) -> None:
        self.observing = observing
        self.values: dict[str, Any] = {}
        self._names: dict[tuple[type, Hashable], str] = {}
        self._sources: list[str] = []

    def bind(self, value: Any, hint: str) -> str:
        """A name under which the functions find a value. `hint` is a word of this package."""
        if value is None or value is True or value is False:
            return repr(value)
        key = (type(value), value if type(value) is str else id(value))
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"{hint.upper()}_{len(self.values)}"
            self.values[name] = value
        return name

    def library(self, function: Callable[..., Any]) -> str:
        """The name of a function or class of Consentry."""
        self.values[function.__name__] = function
        return function.__name__

    def add(self, function: FunctionWriter) -> None:
        """Take a function that is written to its end."""
        self._sources.append(function.source())

    def source(self) -> str:
        """The whole text."""
        return "\n\n".join(self._sources)

    def compiled(self, title: str) -> dict[str, Any]:
        """The functions by name. `title` stands for a file in tracebacks."""
        namespace = dict(self.values)
        exec(compile(self.source(), title, "exec"), namespace)  # noqa: S102 - see the package
        return namespace


class FunctionWriter:
    """One function as it is written.

    `rule` is an expression for the rule that an outcome names, and `levels` how deep its item
    stands in lists and objects. `end` is the statement that leaves the item.
    """

    def __init__(self, module: ModuleWriter, name: str, *, rule: str = "None",
                 levels: int = 0, end: str = "return") -> None:  # fmt: skip
        self.module = module
        self.name = name
        self.rule = rule
        self.levels = levels
        self.end = end
        self.uses = {"out"}
        self.known: ChainMap[Hashable, str] = ChainMap()
        self._lines: list[str] = []
        self._depth = 1
        self._count = 0

    @property
    def number(self) -> str:
        """An expression for the item's place, as a text; None: it is the whole record."""
        if self.levels == 0:
            return "None"
        if self.levels == 1:
            return f"str({self.given('place')})"
        return f'f"{{{self.given("place")}}}.{{{self.given("within")}}}"'

    def line(self, text: str) -> None:
        """Write a line."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines below a head (`if ...`): what they compute is not known behind them."""
        self.line(f"{head}:")
        before = len(self._lines)
        self.known, outside = self.known.new_child(), self.known
        self._depth += 1
        yield
        if len(self._lines) == before:
            self.line("pass")
        self._depth -= 1
        self.known = outside

    def given(self, parameter: str) -> str:
        """A parameter, which the function takes from now on."""
        assert parameter in PARAMETERS
        self.uses.add(parameter)
        return parameter

    def fresh(self, hint: str) -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"{hint}_{self._count}"

    def computed(self, key: Hashable, hint: str, expression: str) -> str:
        """The name of what an expression gives; one that is known by this key is not repeated."""
        name = self.known.get(key)
        if name is None:
            name = self.known[key] = self.fresh(hint)
            self.line(f"{name} = {expression}")
        return name

    def bind(self, value: Any, hint: str) -> str:
        """As `ModuleWriter.bind`."""
        return self.module.bind(value, hint)

    def library(self, function: Callable[..., Any]) -> str:
        """As `ModuleWriter.library`."""
        return self.module.library(function)

    def finish(self, outcome: str) -> None:
        """Write that the item ends as an outcome, an expression."""
        self.line(f"out.append({outcome})")
        self.line(self.end)

    def call(self, other: FunctionWriter, **changed: str) -> None:
        """Write a call; parameters are handed on under their names but those that changed."""
        given = [changed.get(one) or self.given(one) for one in other.parameters()]
        self.line(f"{other.name}({', '.join(given)})")

    def parameters(self) -> list[str]:
        """What the function takes, in order."""
        return [one for one in PARAMETERS if one in self.uses]

    def source(self) -> str:
        """Head and lines."""
        head = f"def {self.name}({', '.join(self.parameters())}):"
        return "\n".join([head, *self._lines]) + "\n"
