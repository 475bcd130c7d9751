"""As much of Splunk's search language as our saved searches use, read from what Splunk documents.

Events are flat findings with `_indextime`, in seconds. An unknown command or term is an error.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Event = Mapping[str, Any]
Condition = Callable[[Event], bool]

_TOKEN = re.compile(r'\s*(?:(\()|(\))|(,)|([\w.]+)\s*(>=|=)\s*("[^"]*"|[^\s()]+)|("[^"]*"|[\w.]+))')


def run(search: str, events: Sequence[Event], now: float) -> list[Event]:
    """What a search finds that is scheduled at an instant."""
    first, *commands = (part.strip() for part in search.split("|"))
    modifiers = dict(re.findall(r"_index_(earliest|latest)=(\S+)", first))
    wanted = condition(re.sub(r"_index_\w+=\S+|sourcetype=\S+", "", first))
    found: list[Event] = [
        event
        for event in events
        if instant(modifiers.get("earliest"), now, float("-inf"))
        <= event["_indextime"]
        < instant(modifiers.get("latest"), now, float("inf"))
        and wanted(event)
    ]
    for command in commands:
        found = _commanded(command, found)
    return found


def instant(modifier: str | None, now: float, other: float) -> float:
    """A relative time, snapped to its minute."""
    if modifier is None:
        return other
    made = re.fullmatch(r"-(\d+)m@m", modifier)
    assert made, modifier
    return (now - 60 * int(made[1])) // 60 * 60


def _commanded(command: str, events: list[Event]) -> list[Event]:
    name, _, rest = command.partition(" ")
    match name:
        case "search":
            wanted = condition(rest)
            return [event for event in events if wanted(event)]
        case "sort":
            made = re.fullmatch(r"0 - (\S+)", rest)
            assert made, command
            by = made[1]
            return sorted(events, key=lambda event: -event[by])
        case "dedup":
            return list({event[rest]: event for event in reversed(events)}.values())[::-1]
        case "stats":
            made = re.fullmatch(r"count as (\w+) by (\S+)", rest)
            assert made, command
            counts = Counter(event.get(made[2]) for event in events)
            return [{made[2]: key, made[1]: count} for key, count in counts.items()]
        case _:
            raise AssertionError(f"no command that these tests know: {command}")


def condition(text: str) -> Condition:
    """The terms of a search: all of them hold, with NOT, OR, IN and parentheses."""
    tokens = list(_tokens(text))
    made = _all(tokens)
    assert tokens == [], f"left over: {tokens}"
    return made


def _tokens(text: str) -> Iterator[Any]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        assert found, text[at:]
        opened, closed, comma, field, operator, value, word = found.groups()
        yield (field, operator, value.strip('"')) if field else opened or closed or comma or word
        at = found.end()


def _all(tokens: list[Any]) -> Condition:
    parts: list[list[Condition]] = [[]]
    while tokens and tokens[0] != ")":
        if tokens[0] == "OR":
            tokens.pop(0)
            parts[-1].append(_one(tokens))
        else:
            parts.append([_one(tokens)])
    return lambda event: all(any(one(event) for one in part) for part in parts if part)


def _one(tokens: list[Any]) -> Condition:
    token = tokens.pop(0)
    if token == "NOT":
        negated = _one(tokens)
        return lambda event: not negated(event)
    if token == "(":
        inner = _all(tokens)
        assert tokens.pop(0) == ")"
        return inner
    if isinstance(token, tuple):
        return lambda event: _holds(event, *token)
    assert tokens[:2] == ["IN", "("], f"no term that these tests know: {token}"
    end = tokens.index(")")
    members = {one.strip('"') for one in tokens[2:end] if one != ","}
    del tokens[: end + 1]
    return lambda event: _text(event.get(token)) in members


def _holds(event: Event, field: str, operator: str, value: str) -> bool:
    if operator == ">=":
        return float(event[field]) >= float(value)
    return _text(event.get(field)) == value


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
