"""Bytes of a record to a plain value: JSON and form posts, read in one way only."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from streams.ingest.outcomes import reject

MAX_BYTES: Final = 8_388_608
MAX_DEPTH: Final = 32
MAX_FORM_FIELDS: Final = 1000

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_TWICE: Final = "a JSON object holds the same key twice"
_BACKSLASH: Final = ord("\\")
_HIDDEN: Final = re.compile(rb"\\u003[Aa]")
"""A colon as an escape of JSON."""
_FORM_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_FORM_STEP: Final = re.compile(r"\[([^\[\]]*)\]")
_FAULTS: Final = (msgspec.MsgspecError, ValueError, OverflowError, MemoryError)


def read_json_value(content: bytes) -> Any:
    """Any JSON value. Rejects, by Stopped, what two readers could read differently."""
    if len(content) > MAX_BYTES:
        reject(f"the record is longer than {MAX_BYTES} bytes")
    try:
        value = _decode(content)
    except RecursionError:
        reject(f"the JSON is nested deeper than {MAX_DEPTH} levels")
    except UnicodeDecodeError:
        reject("the JSON is not UTF-8")
    except _FAULTS:
        reject("the record is no JSON (cut short, trailing bytes, or another format)")
    colons = content.count(b":")
    # Without a colon for each, only lists go deeper; what stands in texts costs another look.
    if colons + content.count(b"[") >= MAX_DEPTH:
        _check_depth(content, value)
    # Every key brings a colon, and written again a value has all its colons but those of what
    # stood under a key before the last. Only an escape can hide one in a text.
    if _BACKSLASH in content and _HIDDEN.search(content) is not None:
        _check_unique(content)
        return value
    try:
        written = _encode(value)
    except _FAULTS:  # a number that msgspec reads and does not write
        _check_unique(content)
        return value
    # As compact as this, it stands there letter for letter, and nothing holds a key twice.
    if written != content and written.count(b":") != colons:
        reject(_TWICE)
    return value


def _check_depth(content: bytes, value: Any) -> None:
    """Reject what is nested too deeply, without recursion."""
    if content.count(b"{") + content.count(b"[") <= MAX_DEPTH:
        return
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for one in level:
            if type(one) is dict:
                below += one.values()
            elif type(one) is list:
                below += one
        level = [one for one in below if type(one) is dict or type(one) is list]
        if not level:
            return
    reject(f"the JSON is nested deeper than {MAX_DEPTH} levels")


def _check_unique(content: bytes) -> None:
    """A key that stands twice: a plain reader keeps the last, and loses what the first said."""
    try:
        json.loads(content, object_pairs_hook=_unique)
    except RecursionError:
        reject(f"the JSON is nested deeper than {MAX_DEPTH} levels")
    except ValueError:
        reject("the JSON holds a number that is too long")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        reject(_TWICE)
    return found


def read_form(content: bytes) -> dict[str, Any]:
    """A form post: `data[email]=x` is the member email of the object data."""
    if len(content) > MAX_BYTES:
        reject(f"the record is longer than {MAX_BYTES} bytes")
    try:
        pairs = parse_qsl(
            content.decode().rstrip("\r\n"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError:
        reject("the record is no form post")
    form: dict[str, Any] = {}
    for name, value in pairs:
        parts = _FORM_NAME.fullmatch(name)
        if parts is None:
            reject("the name of a form field has another form than a[b][c]")
        steps = [parts[1], *_FORM_STEP.findall(parts[2])]
        if len(steps) > MAX_DEPTH:
            reject(f"the form is nested deeper than {MAX_DEPTH} levels")
        _put(form, steps, value)
    return form


def _put(form: dict[str, Any], steps: list[str], value: str) -> None:
    holder = form
    for step in steps[:-1]:
        below = holder.setdefault(step, {})
        if type(below) is not dict:
            reject("a form field is a text and an object at once")
        holder = below
    if steps[-1] in holder:
        reject("a form holds the same field twice")
    holder[steps[-1]] = value


def canonical_json(value: Any) -> bytes:
    """A value as bytes, for its digest: keys sorted, times and bytes as msgspec writes them."""
    try:
        return msgspec.json.encode(value, order="sorted")
    except (TypeError, ValueError, RecursionError, OverflowError):
        reject("the record holds a value that is no JSON, so it has no digest")
