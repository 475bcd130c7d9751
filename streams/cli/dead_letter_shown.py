"""A record that was set aside, as the commands show it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from streams.terminal.out import say

if TYPE_CHECKING:
    from streams.operate.dead_letters.kept import KeptRecord


def as_document(one: KeptRecord, replayed: set[str] | None = None) -> dict[str, Any]:
    """A record as JSON, without its bytes."""
    from streams.core.instants import format_instant

    document: dict[str, Any] = {
        "place": one.place.short,
        "kept_in": one.kept_in,
        "kept_at": format_instant(one.kept_at),
        "code": one.code,
        "reason": one.reason,
        "field": one.field,
        "origin": one.origin.short if one.origin else None,
        "producer": one.producer,
        "event_type": one.event_type,
        "event_id": one.event_id,
        "cut": one.cut,
        "replay_of": one.replay_of,
    }
    if replayed is not None:
        document["sent_again"] = one.place.reference in replayed
    return document


def revealed(one: KeptRecord, reveal: bool) -> dict[str, Any]:
    """The bytes of a record in base64, and as text where they are UTF-8."""
    if not reveal:
        return {}
    original = one.original
    return {
        "key": _bytes(original.key),
        "value": _bytes(original.value),
        "headers": [{"name": name, **(_bytes(value) or {})} for name, value in original.headers],
    }


def _bytes(value: bytes | None) -> dict[str, Any] | None:
    if value is None:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = None
    return {"base64": base64.b64encode(value).decode(), "text": text}


def say_record(one: KeptRecord, *, reveal: bool) -> None:
    """Print a record for people."""
    from streams.operate.dead_letters.replaying import cut_words

    say(f"{one.place.short}: {one.code}", bold=True)
    say(f"  reason:    {one.reason}")
    if one.field:
        say(f"  field:     {one.field}")
    say(f"  record:    {one.origin.short if one.origin else 'unknown'}")
    say(f"  set aside: {instant_of(one)}, kept in {one.kept_in}")
    for name, text in (
        ("producer", one.producer), ("event", one.event_id), ("type", one.event_type),
        ("cut", cut_words(one)), ("replay of", one.replay_of),
    ):  # fmt: skip
        if text:
            say(f"  {name + ':':<10} {text}")
    if not reveal:
        say("  --reveal shows its bytes.")
        return
    say(f"  key:       {_shown(one.original.key)}")
    for name, value in one.original.headers:
        say(f"  header:    {name} = {_shown(value)}")
    say(f"  value:     {_shown(one.original.value)}")


def _shown(value: bytes | None) -> str:
    """Bytes as text, in hexadecimal digits where they are none."""
    if value is None:
        return "none"
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"hex {value.hex()}"


def instant_of(one: KeptRecord) -> str:
    """When it was set aside."""
    from streams.core.instants import format_instant

    return format_instant(one.kept_at)
