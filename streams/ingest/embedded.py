"""Texts of a record that hold more than a text: JSON, literals, TCF and GPP strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from streams.ingest.decoders import read_json_value
from streams.ingest.gpp import tcf_of_gpp
from streams.ingest.literals import read_literal
from streams.ingest.outcomes import Stopped, reject
from streams.ingest.paths import SourcePath, type_name
from streams.ingest.tcf import read_tcf


@dataclass(frozen=True)
class TcfRule:
    """Where a TCF string stands, and the vendors (ids of the Global Vendor List) that count.

    `gpp`: it stands within a GPP string, as one of its sections.
    """

    path: SourcePath
    vendors: tuple[int, ...]
    gpp: bool = False


def with_json(record: Any, path: SourcePath) -> Any:
    """The record with the JSON text at a path read. Rejects, by Stopped, what is none."""
    return _replaced_at(record, path, _embedded_json)


def with_literal(record: Any, path: SourcePath) -> Any:
    """The record with the JavaScript literal at a path read. Rejects, by Stopped, what is none."""
    return _replaced_at(record, path, _embedded_literal)


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


def _embedded_literal(text: str, path: str) -> Any:
    try:
        return read_literal(text)
    except ValueError as error:
        reject(f"{path} is no literal: {error}", path)


def _vendors(rule: TcfRule, text: str, path: str) -> Any:
    """What a TCF string says of the vendors that count: `vendors`, with true or false by id.

    False is said of vendors that were shown; of others nothing was expressed.
    """
    try:
        string = tcf_of_gpp(text) if rule.gpp else text
    except ValueError as error:
        reject(f"{path} is no GPP string: {error}", path)
    if string is None:
        raise Stopped("no section of the European TCF: other laws have other signs", path=path,
                      rejected=False)  # fmt: skip
    try:
        read = read_tcf(string)
    except ValueError as error:
        reject(f"{path} {'holds' if rule.gpp else 'is'} no TCF string: {error}", path)
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
