"""Words, conditions and checks as source: what a value means, and whether an item ends there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from streams.ingest.conditions import NO_GRANT, PASS, Check, ClosedCheck, Condition, OpenCheck
from streams.ingest.generate.places import write_path, write_word
from streams.ingest.generate.writer import FunctionWriter
from streams.ingest.outcomes import IgnoredItem, RejectedItem
from streams.ingest.paths import SourcePath
from streams.ingest.words import Verdictless, no_meaning


def write_end(f: FunctionWriter, end: Verdictless, path: str | None) -> None:
    """Write that the item ends for a reason that the map gives."""
    if end.rejected:
        write_reject(f, end.reason, path)
    else:
        reason = f.bind(end.reason, "reason")
        f.finish(f"{f.library(IgnoredItem)}({reason}, {f.rule}, {f.number})")


def write_reject(f: FunctionWriter, reason: str, path: str | None = None) -> None:
    """Write that the item ends as rejected."""
    given = [f.bind(reason, "reason"), f.rule, f.number]
    if path is not None:
        given.append(f.bind(path, "text"))
    f.finish(f"{f.library(RejectedItem)}({', '.join(given)})")


def write_meaning(f: FunctionWriter, words: Mapping[str, Any], value: str, path: str) -> str:
    """Write the look-up of a value that is there; the name of what it means."""
    listed = f.bind(words, "words")
    meaning = f.fresh("meaning")
    f.line(f"{meaning} = {listed}.get({write_word(f, value)})")
    ends = f"{meaning} is None"
    if any(type(one) is Verdictless for one in words.values()):
        ends += f" or type({meaning}) is {f.library(Verdictless)}"
    with f.block(f"if {ends}"):
        f.finish(f"{f.library(no_meaning)}({meaning}, {value}, {f.bind(path, 'text')}, {f.rule}, "
                 f"{f.number})")  # fmt: skip
    return meaning


def write_condition(f: FunctionWriter, condition: Condition) -> str:
    """Write the paths of a condition; an expression for whether it holds."""
    return " and ".join(_test(f, path, wanted) for path, wanted in condition.tests)


def _test(f: FunctionWriter, path: SourcePath, wanted: frozenset[str] | bool) -> str:  # noqa: FBT001
    value = write_path(f, path)
    if isinstance(wanted, bool):
        return f"{value} is not None" if wanted else f"{value} is None"
    return f"{write_word(f, value)} in {f.bind(wanted, 'words')}"


def write_checks(f: FunctionWriter, checks: Sequence[Check], doubt: str) -> None:
    """Write checks in their order. `doubt` is the name of what they may set."""
    for check in checks:
        if isinstance(check, ClosedCheck):
            _closed(f, check, doubt)
        else:
            _open(f, check)


def write_note(f: FunctionWriter, path: str, value: str) -> None:
    """Write that a value is shown to those who observe."""
    f.line(f"{f.given('note')}({f.rule}, {f.bind(path, 'text')}, {value})")


def _closed(f: FunctionWriter, check: ClosedCheck, doubt: str) -> None:
    text = check.path.text
    value = write_path(f, check.path)
    if f.module.observing:
        write_note(f, text, value)
    if check.absent == PASS:
        with f.block(f"if {value} is not None"):
            write_meaning(f, check.words, value, text)
        return
    with f.block(f"if {value} is None"):
        if check.absent is None:
            write_reject(f, f"{text} is absent", text)
        elif isinstance(check.absent, Verdictless):
            write_end(f, check.absent, text)
        else:
            assert check.absent == NO_GRANT
            f.line(f"{doubt} = {f.bind(text, 'text')}")
    with f.block("else"):
        write_meaning(f, check.words, value, text)


def _open(f: FunctionWriter, check: OpenCheck) -> None:
    tests = [] if check.when is None else [f"({write_condition(f, check.when)})"]
    if check.unless is not None:
        tests.append(f"not ({write_condition(f, check.unless)})")
    with f.block(f"if {' and '.join(tests)}"):
        write_end(f, check.ends, check.paths[0].text)
