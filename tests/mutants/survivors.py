"""What the campaign leaves: mutants that no test noticed, and those known to be equivalent."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

EQUIVALENT = Path(__file__).parent / "equivalent.toml"


class Mutant(NamedTuple):
    """One change: where it was made, and the lines before and after it."""

    name: str
    """As mutmut names it; the number in it changes with the code, so nothing is keyed by it."""
    function: str
    """Dotted path of the function, `streams.core.judge._contest`."""
    before: str
    after: str

    @property
    def place(self) -> tuple[str, str, str]:
        """What stays the same as long as the changed line does."""
        return self.function, self.before, self.after

    def __str__(self) -> str:
        return f"{self.function}  ({self.name})\n  - {self.before}\n  + {self.after}"


class Judgement(NamedTuple):
    """Survivors divided."""

    missed: list[Mutant]
    """No test notices them and nobody has said that they are equivalent."""
    equivalent: list[Mutant]
    stale: list[tuple[str, str, str]]
    """Entries of the list that no mutant answers to any more."""

    @property
    def clean(self) -> bool:
        """Whether nothing is left to do."""
        return not self.missed and not self.stale


def mutant_of(name: str, diff: str) -> Mutant:
    """Read mutmut's diff of one mutant."""
    lines = diff.splitlines()
    removed = [line[1:] for line in lines if line.startswith("-") and not line.startswith("---")]
    added = [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")]
    return Mutant(name, function_of(name), _one_line(removed), _one_line(added))


def function_of(name: str) -> str:
    """`streams.core.revise.x__say_again__mutmut_6` is `streams.core.revise._say_again`.

    Methods are named `xǁClassǁmethod__mutmut_N`.
    """
    module, _, mangled = name.rpartition("__mutmut_")[0].rpartition(".")
    parts = mangled.split("ǁ")[1:] if "ǁ" in mangled else [mangled.removeprefix("x_")]
    return ".".join([module, *parts])


def known_equivalents(path: Path = EQUIVALENT) -> dict[tuple[str, str, str], str]:
    """The listed mutants, each with why no test can notice it.

    Raises ValueError for an entry without a reason.
    """
    known: dict[tuple[str, str, str], str] = {}
    for entry in tomllib.loads(path.read_text("utf-8")).get("mutant", []):
        if not entry.get("why", "").strip():
            raise ValueError(f"{path.name}: {entry['function']} says no reason")
        known[entry["function"], entry["before"], entry["after"]] = entry["why"]
    return known


def divide(
    survivors: Iterable[Mutant],
    known: Mapping[tuple[str, str, str], str],
    tried: Iterable[Mutant],
) -> Judgement:
    """Which survivors are missed, which are equivalent, and which entries are stale.

    `tried` are all mutants of this run: an entry about a function that was not tried is
    not stale.
    """
    places = {mutant.place for mutant in tried}
    functions = {place[0] for place in places}
    survived = list(survivors)
    return Judgement(
        missed=[mutant for mutant in survived if mutant.place not in known],
        equivalent=[mutant for mutant in survived if mutant.place in known],
        stale=[place for place in known if place[0] in functions and place not in places],
    )


def _one_line(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())
