"""The same events in every form of text."""

from __future__ import annotations

import io
import json
from typing import Any

from streams.files.json_text import text_records
from streams.files.read import Found, Line
from tests.check.events import grant, lines, share

EVENTS: list[dict[str, Any]] = [
    share("a"),
    grant("g", via='[{"\\'),
    share("c", lia_ref=',]}\\"\n\t{'),
    share("d", more={"deep": [[], {}, [1, {"x": "]"}]]}),
]
FORMS = {
    "lines": lines(*EVENTS),
    "lines with blanks": b"\xef\xbb\xbf\r\n  \n" + lines(*EVENTS).replace(b"\n", b"\r\n\r\n"),
    "array": json.dumps(EVENTS).encode(),
    "pretty array": b"\n\n" + json.dumps(EVENTS, indent=2).encode() + b"\n\n",
    "array of lines": b"[\r\n" + b",\n".join(lines(one).strip() for one in EVENTS) + b"\n]\n",
    "pretty objects": b"\n".join(json.dumps(one, indent=1).encode() for one in EVENTS),
    "one after the other": b"".join(json.dumps(one).encode() for one in EVENTS),
    "blanks between": b" \t".join(json.dumps(one).encode() for one in EVENTS) + b"\n\n",
    "array and lines": json.dumps(EVENTS[:2]).encode() + b"\n" + lines(*EVENTS[2:]),
}


def read(content: bytes, buffer: int = 4096) -> list[Found]:
    raw: Any = io.BytesIO(content)
    return list(text_records("f", io.BufferedReader(raw, buffer)))


def values(found: list[Found]) -> list[Any]:
    return [json.loads(one.value) for one in found if isinstance(one, Line)]
