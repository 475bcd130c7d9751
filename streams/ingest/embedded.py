"""Texts of a record that hold more than a text: JSON, and TCF strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from streams.ingest.decoders import read_json_value
from streams.ingest.outcomes import reject
from streams.ingest.paths import SourcePath, type_name
from streams.ingest.tcf import read_tcf


@dataclass(frozen=True)
class TcfRule:
    """Where a TCF string stands, and the vendors (ids of the Global Vendor List) that count."""

    path: SourcePath
    vendors: tuple[int, ...]


def with_json(record: Any, path: SourcePath) -> Any:
    """The record with the JSON text at a path read. Rejects, by Stopped, what is none."""
    return _replaced_at(record, path, _embedded_json)


def with_vendors(record: Any, rule: TcfRule) -> Any:
    """The record with a TCF string read. Rejects, by Stopped, one that is none to go by."""
    return _replaced_at(record, rule.path, partial(_vendors, rule))


def _replaced_at(top: Any, path: SourcePath, read: Callable[[str, str], Any]) -> Any:
    """The record with the text at a path read; records are not changed in place."""
    value = path.getter()([top, top, top, None, None, None, {}, None, {}, None])
    if value is None:
        return top
    if type(value) is not str:
        reject(f"{path.text} is {type_name(value)}, and no text", path.text)
    return _replaced(top, path.steps, read(value, path.text))


def _embedded_json(text: str, _path: str) -> Any:
    return read_json_value(text.encode("utf-8", "replace"))


def _vendors(rule: TcfRule, text: str, path: str) -> Any:
    """What a TCF string says of the vendors that count: `vendors`, with true or false by id.

    False is said of vendors that were shown; of others nothing was expressed.
    """
    try:
        read = read_tcf(text)
    except ValueError as error:
        reject(f"{path} is no TCF string: {error}", path)
    fault = read.fault()
    if fault is not None:
        reject(f"{path}: {fault}", path)
    shown = read.disclosed or frozenset()
    return {"vendors": {str(one): read.consents(one) for one in rule.vendors if one in shown}}


def _replaced(holder: Any, steps: Sequence[str | int], value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    copy = holder.copy()
    copy[step] = _replaced(holder[step], rest, value)
    return copy
