"""Texts of a record that hold more than a text: JSON, literals, TCF and GPP strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from streams.ingest.decoders import read_json_value
from streams.ingest.gpp import tcf_of_gpp
from streams.ingest.literals import read_literal
from streams.ingest.outcomes import ignore, reject
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


def with_json(top: Any, held: Any, path: SourcePath) -> Any:
    """The record with the JSON text at a path read. Rejects, by Stopped, what is none."""
    text = _text(held, path)
    return _replaced(top, path.steps, read_json_value(text.encode("utf-8", "replace")))


def with_literal(top: Any, held: Any, path: SourcePath) -> Any:
    """The record with the JavaScript literal at a path read. Rejects, by Stopped, what is none."""
    try:
        read = read_literal(_text(held, path))
    except ValueError as error:
        reject(f"{path.text} is no literal: {error}", path.text)
    return _replaced(top, path.steps, read)


def with_vendors(top: Any, held: Any, rule: TcfRule) -> Any:
    """The record with a TCF string read. Rejects, by Stopped, one that is none to go by."""
    read = _vendors(rule, _text(held, rule.path), rule.path.text)
    return _replaced(top, rule.path.steps, read)


def _text(held: Any, path: SourcePath) -> str:
    if type(held) is not str:
        reject(f"{path.text} is {type_name(held)}, and no text", path.text)
    return held


def _vendors(rule: TcfRule, text: str, path: str) -> Any:
    """What a TCF string says of the vendors that count: `vendors`, with true or false by id.

    False is said of vendors that were shown; of others nothing was expressed.
    """
    try:
        string = tcf_of_gpp(text) if rule.gpp else text
    except ValueError as error:
        reject(f"{path} is no GPP string: {error}", path)
    if string is None:
        ignore("no section of the European TCF: other laws have other signs", path)
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
    """The record with another value at a path; it is not changed in place."""
    if not steps:
        return value
    step, *rest = steps
    copy = holder.copy()
    copy[step] = _replaced(holder[step], rest, value)
    return copy
