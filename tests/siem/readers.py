"""Strict readers of the line formats, written from their specifications and nothing else.

They refuse what a specification does not allow, so that a value that broke out of its place
is an error or shows up as a field of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from streams.siem.cloudevents import KafkaRecord


class Cef(NamedTuple):
    """A line of ArcSight's Common Event Format."""

    header: tuple[str, ...]
    extension: dict[str, str]


class Leef(NamedTuple):
    """A line of IBM's Log Event Extended Format 2.0."""

    header: tuple[str, ...]
    attributes: dict[str, str]


class Syslog(NamedTuple):
    """A message of RFC 5424."""

    priority: int
    timestamp: str
    host: str
    app: str
    process: str
    message_id: str
    data: dict[str, dict[str, str]]
    text: str


_CEF_FIELD = r"((?:\\[\\|]|[^\\|\r\n])*)"
_CEF = re.compile(rf"CEF:0\|{''.join(_CEF_FIELD + chr(92) + '|' for _ in range(6))}(.*)", re.DOTALL)
# A value goes on until the next key; it may hold no `=` and no backslash but escaped ones.
_CEF_PAIR = re.compile(
    r"([A-Za-z0-9]+)=((?:\\[\\=rn]|[^\\=\r\n])*?)(?: (?=[A-Za-z0-9]+=)|\Z)", re.DOTALL
)


def read_cef(line: str) -> Cef:
    """Six fields of header after the version, then pairs of key and value to the very end."""
    whole = _CEF.fullmatch(line)
    assert whole, "no CEF header"
    *header, rest = whole.groups()
    extension: dict[str, str] = {}
    at = 0
    while at < len(rest):
        pair = _CEF_PAIR.match(rest, at)
        assert pair, f"no key and value at {at}"
        key, value = pair.groups()
        assert key not in extension, f"{key} twice"
        extension[key] = _unescape(value)
        at = pair.end()
    return Cef(tuple(_unescape(field) for field in header), extension)


def read_leef(line: str) -> Leef:
    """Four fields of header, the delimiter, then pairs between delimiters."""
    assert not re.search(r"[\r\n]", line)
    version, *header, delimiter, rest = line.split("|", 6)
    assert version == "LEEF:2.0"
    assert delimiter == "x09"
    attributes: dict[str, str] = {}
    for pair in rest.split("\t"):
        key, equals, value = pair.partition("=")
        assert equals
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", key), key
        assert key not in attributes, f"{key} twice"
        attributes[key] = value
    return Leef(tuple(header), attributes)


_NAME = r"[!#-<>-\\^-~]{1,32}"
_PARAMETER = rf' ({_NAME})="((?:\\["\\\]]|[^"\\\]])*)"'
_ELEMENT = re.compile(rf"\[({_NAME})((?:{_PARAMETER})*)\]")
_SYSLOG = re.compile(
    r"<(0|[1-9][0-9]{0,2})>1 "
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) "
    r"([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) "
)


def read_rfc5424(message: str) -> Syslog:
    """The header, the structured data and the text."""
    header = _SYSLOG.match(message)
    assert header, "no syslog header"
    priority, timestamp, host, app, process, message_id = header.groups()
    assert int(priority) <= 191
    at = header.end()
    data: dict[str, dict[str, str]] = {}
    if message[at] == "-":
        at += 1
    while message[at : at + 1] == "[":
        element = _ELEMENT.match(message, at)
        assert element, f"no structured data at {at}"
        assert element[1] not in data
        pairs = [(m[1], _unescape(m[2])) for m in re.finditer(_PARAMETER, element[2])]
        data[element[1]] = dict(pairs)
        assert len(data[element[1]]) == len(pairs), "a parameter twice"
        at = element.end()
    assert message[at : at + 1] in ("", " ")
    return Syslog(int(priority), timestamp, host, app, process, message_id, data, message[at + 1 :])


def _unescape(value: str) -> str:
    """What stands for what after a backslash, in all three formats."""
    meaning = {"n": "\n", "r": "\r"}
    return re.sub(r"\\(.)", lambda match: meaning.get(match[1], match[1]), value)


def _headed(header: Sequence[Any], fields: dict[str, str]) -> dict[str, Any]:
    return {f"header {at}": value for at, value in enumerate(header)} | fields


def _cef(made: Any) -> dict[str, Any]:
    read = read_cef(made)
    return _headed(read.header, read.extension)


def _leef(made: Any) -> dict[str, Any]:
    read = read_leef(made)
    return _headed(read.header, read.attributes)


def _rfc5424(made: Any) -> dict[str, Any]:
    read = read_rfc5424(made)
    (parameters,) = read.data.values()
    return _headed(read[:6], parameters) | {"text": read.text}


def _object(made: Any) -> dict[str, Any]:
    assert isinstance(made, dict)
    return dict(_leaves(made, ""))


def _leaves(value: Any, path: str) -> list[tuple[str, Any]]:
    """The members of an object by their path; a list counts as one member."""
    if isinstance(value, dict):
        return [
            leaf for name, member in value.items() for leaf in _leaves(member, f"{path}/{name}")
        ]
    return [(path, value)]


def _record(made: Any) -> dict[str, Any]:
    assert isinstance(made, KafkaRecord)
    headers = {name: value.decode() for name, value in made.headers}
    assert len(headers) == len(made.headers), "a header twice"
    return {**headers, **_object(json.loads(made.value)), "key": made.key.decode()}


READERS: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    "ocsf": _object,
    "ecs": _object,
    "flat": _object,
    "cef": _cef,
    "leef": _leef,
    "rfc5424": _rfc5424,
    "cloudevents": _record,
    "cloudevents-structured": _record,
}
"""By format: what was written, as a receiver reads it, by the names of its fields."""
