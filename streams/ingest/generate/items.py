"""Rules of the same items as a function: a record taken apart, and each item given to its rules."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from streams.ingest.conditions import Check
from streams.ingest.generate.meanings import (
    write_checks,
    write_condition,
    write_end,
    write_reject,
)
from streams.ingest.generate.places import write_path
from streams.ingest.generate.writer import FunctionWriter
from streams.ingest.outcomes import IgnoredItem, RejectedItem, Stopped, too_many
from streams.ingest.paths import ITEM, OUTER, ROOT, FanOut, SourcePath, not_divisible
from streams.ingest.rules import EventRule
from streams.ingest.words import Verdictless

MAX_ITEMS = 100_000
"""Items of one record; more is no event but a file."""

Written = Sequence[tuple[EventRule, FunctionWriter]]


def write_items(f: FunctionWriter, each: FanOut, rules: Written, checks: Sequence[Check]) -> None:
    """Write a function of a record whose items go through rules."""
    absent = next((rule.absent for rule, _ in rules if rule.absent is not None), None)
    two = len(each.levels) == 2
    first, named = each.levels[0]
    f.levels = 0
    holder = _holder(f, _from_record(first), first, absent, named=named)
    if two:
        f.line("count = 0")
    with f.block(_loop("place", "outer" if two else "item", holder, named=named)):
        f.levels = 1
        if two:
            second, named = each.levels[1]
            path = replace(second, scope=OUTER)
            inner = _holder(f, path, second, absent, named=named)
            with f.block(_loop("within", "item", inner, named=named)):
                f.levels = 2
                _bounded(f, "count", each.text)
                f.line("count += 1")
                _write_item(f, rules, checks, end="continue")
        else:
            _bounded(f, "place", each.text)
            _write_item(f, rules, checks, end="continue")
    f.levels, f.end = 0, "return"
    with f.block("if not count" if two else f"if not {holder}"):
        reason = f.bind(f"nothing stands in {each.text}", "reason")
        f.line(f"out.append({f.library(IgnoredItem)}({reason}))")
    f.uses -= {"item", "place", "within"} | ({"outer"} if two else set())
    if any(named for _, named in each.levels):
        f.uses.discard("name")


def write_record(f: FunctionWriter, rules: Written, checks: Sequence[Check]) -> None:
    """Write a function of a record that goes through rules as a whole."""
    _write_item(f, rules, checks, end="return")


def _from_record(path: SourcePath) -> SourcePath | None:
    """The path of the outermost list; None where it begins at what only items have."""
    if path.scope == ITEM:
        return replace(path, scope=ROOT)
    return None if path.of_item else path


def _holder(
    f: FunctionWriter,
    path: SourcePath | None,
    written: SourcePath,
    absent: Verdictless | None,
    *,
    named: bool,
) -> str:
    """Write what finds the list or object to go through; the name of it."""
    f.end = "return"
    holder = "None" if path is None else write_path(f, path)
    with f.block(f"if type({holder}) is not {'dict' if named else 'list'}"):
        text = written.text
        if absent is not None:
            write_end(f, absent, text)
        else:
            kind = f.bind("object" if named else "list", "kind")
            bound = f.bind(text, "text")
            reason = f"{f.library(not_divisible)}({holder}, {bound}, {kind})"
            f.finish(f"{f.library(RejectedItem)}({reason}, None, {f.number}, {bound})")
    return holder


def _loop(place: str, item: str, holder: str, *, named: bool) -> str:
    if named:
        return f"for {place}, (name, {item}) in enumerate({holder}.items())"
    return f"for {place}, {item} in enumerate({holder})"


def _bounded(f: FunctionWriter, count: str, each: str) -> None:
    with f.block(f"if {count} >= {MAX_ITEMS:d}"):
        f.line(f"{f.library(too_many)}({f.bind(each, 'text')}, {MAX_ITEMS:d})")


def _write_item(f: FunctionWriter, rules: Written, checks: Sequence[Check], *, end: str) -> None:
    """Write what becomes of an item: its checks, then each rule that takes it."""
    f.end = end
    doubt = f.given("doubt")
    if checks:
        f.line(f"item_doubt = {doubt}")
        doubt = "item_doubt"
    with f.block("try") if checks else nullcontext():
        write_checks(f, checks, doubt)
        conditions = [None if r.when is None else write_condition(f, r.when) for r, _ in rules]
        whole = None in conditions
        if not whole:
            f.line("claimed = False")
        for condition, (_, function) in zip(conditions, rules, strict=True):
            with nullcontext() if condition is None else f.block(f"if {condition}"):
                if not whole:
                    f.line("claimed = True")
                f.call(function, doubt=doubt)
        if not whole:
            with f.block("if not claimed"):
                write_reject(f, "no entry [[event]] of the map takes this item")
    if checks:
        with f.block(f"except {f.library(Stopped)} as stop"):
            f.line(f"out.append(stop.outcome(None, {f.number}))")
