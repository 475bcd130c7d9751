"""What is read by its place is what its class would give."""

from __future__ import annotations

import gc
from typing import Any

import msgspec
import pytest

from streams.native.fields import read_by_place
from tests.native.compiled_here import is_built, native

pytestmark = is_built


class Plain(msgspec.Struct, gc=False, frozen=True):
    """Its slots and nothing else."""

    one: Any
    other: Any = None

    @property
    def both(self) -> tuple[Any, Any]:
        """No slot."""
        return self.one, self.other


class Followed(msgspec.Struct):
    """One that the collector follows."""

    one: Any


def test_all_is_read_as_before() -> None:
    value = Plain(1, "two")
    assert read_by_place(native(), (Plain,)) == 1
    for _ in range(2):
        assert (value.one, value.other, value.both) == (1, "two", (1, "two"))
        assert getattr(value, b"one".decode()) == 1  # a text of its own
    assert value == Plain(1, "two")
    assert msgspec.structs.replace(value, other=3).other == 3
    assert Plain.one.__get__(value) == 1
    with pytest.raises(AttributeError, match="three"):
        _ = value.three  # type: ignore[attr-defined]


def test_a_slot_that_is_empty_is_said_to_be() -> None:
    class Open(msgspec.Struct, gc=False):
        one: Any

    value = Open(1)
    assert read_by_place(native(), (Open,)) == 1
    del value.one
    with pytest.raises(AttributeError):
        _ = value.one


def test_a_class_is_taken_in_once_and_only_if_it_is_plain() -> None:
    class Twice(msgspec.Struct, gc=False):
        one: Any

    assert read_by_place(native(), (Twice, Twice, Followed)) == 1
    assert Followed([1]).one == [1]
    assert read_by_place(None, (Twice,)) == 0


def test_what_is_read_is_kept_no_longer_than_that() -> None:
    class Held(msgspec.Struct, gc=False):
        one: Any

    read_by_place(native(), (Held,))
    inner: list[int] = []
    value = Held(inner)
    before = len(gc.get_referrers(inner))
    for _ in range(100):
        assert value.one is inner
    assert len(gc.get_referrers(inner)) == before
