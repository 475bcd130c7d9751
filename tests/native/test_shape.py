"""Only values that are their slots and nothing else are filled."""

from __future__ import annotations

import gc
import sys
from typing import Any

import msgspec
import pytest

from streams.core.events import EVENT_CLASSES
from streams.native.readers import event_reader, fact_reader, is_fillable
from streams.native.runs import unpacker_of
from streams.transport.fetch.unpacked_records import Received
from streams.wire.avro_fast_path import avro_fast_paths
from tests.native.compiled_here import is_built, native, parts

pytestmark = is_built

NAMES = ("topic", "partition", "offset", "timestamp", "key", "value", "headers")


class Followed(msgspec.Struct):
    """One that the collector follows."""

    topic: Any = None
    partition: Any = None
    offset: Any = None
    timestamp: Any = None
    key: Any = None
    value: Any = None
    headers: Any = None


class Watched(msgspec.Struct, gc=False):
    """One that does something when it is made."""

    topic: Any = None

    def __post_init__(self) -> None:
        self.topic = 1


class Computed(Followed, gc=False):
    """One whose field is no slot."""

    @property  # type: ignore[misc]  # this is what is refused
    def topic(self) -> int:
        """Not stored."""
        return 1


@pytest.mark.parametrize("kind", [Followed, Computed, dict, 1])
def test_other_classes_are_refused(kind: Any) -> None:
    with pytest.raises((TypeError, AttributeError)):
        native().Unpacker(kind, NAMES)


def test_where_none_can_be_made_python_runs() -> None:
    assert unpacker_of(native(), Followed) is None
    assert unpacker_of(None, Received) is None
    assert event_reader(None, Watched, [], b"", None, (0, 1), ()) is None
    assert event_reader(native(), Watched, [], b"", None, (0, 1), ()) is None
    assert not is_fillable(Watched)
    assert fact_reader(native(), Followed, Followed, {}, 0, 0) is None
    assert fact_reader(native(), Followed, Followed, {"t": (None,)}, 0, 0) is None


def test_the_events_are_of_the_kind_that_is_filled() -> None:
    assert all(is_fillable(one) for one in EVENT_CLASSES.values())


def test_what_is_made_is_as_msgspec_makes_it() -> None:
    run = parts()["event"]
    for header, path in avro_fast_paths().items():
        for value in (one for one in run.seeds if one.startswith(header)):
            plain = path.plain_event(value)
            made = None if path.native is None else path.native.event(value)
            if made is None or plain is None:
                continue
            assert type(made) is type(plain)
            assert hash(made) == hash(plain)
            assert msgspec.structs.replace(made) == made
            assert msgspec.json.encode(made) == msgspec.json.encode(plain)
            assert not gc.is_tracked(made)
            with pytest.raises(AttributeError):
                made.event_id = "x"  # type: ignore[misc, assignment]


def test_nothing_is_kept_of_what_was_let_go() -> None:
    """References are given back, also by events that turned out to take the long way."""
    part = parts()["event"]
    path, value = next(
        (avro_fast_paths()[one[:10]], one) for one in part.seeds if part.run(one)
    )  # fmt: skip
    reader = path.native
    if reader is None:
        pytest.skip("this process runs plain Python")
    kind = type(reader.event(value))
    before = sys.getrefcount(kind)
    for end in range(len(value)):
        reader.event(value[:end])
        reader.event(value)
    assert sys.getrefcount(kind) == before
