"""Lists of texts that are written without fastavro are the bytes that it would write."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import fastavro
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.identifiers import EventId
from streams.wire.avro_texts import array_of, long_of
from streams.wire.findings import decode_duty, encode_duty
from streams.wire.framing import AVRO_HEADER
from streams.wire.schemas import DUTY, schemas
from tests.wire.values import DUTY as A_DUTY

TEXTS: dict[str, Any] = {"type": "array", "items": "string"}


def by_fastavro(schema: Any, datum: Any) -> bytes:
    body = BytesIO()
    fastavro.schemaless_writer(body, schema, datum)
    return body.getvalue()


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=150))
def test_any_texts(texts: list[str]) -> None:
    assert array_of(texts) == by_fastavro(TEXTS, texts)


@given(st.integers(0, 70), st.integers(0, 150), st.sampled_from("aé\x80\U00010000"))
def test_texts_of_one_length(length: int, count: int, letter: str) -> None:
    texts = [letter * length] * count
    assert array_of(texts) == by_fastavro(TEXTS, texts)


@pytest.mark.parametrize("length", [0, 1, 62, 63, 64, 65, 127, 8191, 8192])
@pytest.mark.parametrize("letter", ["a", "é", "\x7f", "\x80"])
def test_texts_of_any_length(length: int, letter: str) -> None:
    texts = [letter * length, "b"]
    assert array_of(texts) == by_fastavro(TEXTS, texts)


@given(st.integers(0, 1 << 62))
def test_any_long(number: int) -> None:
    assert long_of(number) == by_fastavro("long", number)


@pytest.mark.parametrize("bits", range(63))
def test_a_long_beside_a_power_of_two(bits: int) -> None:
    for number in range(max(0, (1 << bits) - 2), (1 << bits) + 3):
        assert long_of(number) == by_fastavro("long", number)
        assert long_of(number, odd=True) == by_fastavro("long", -number - 1)


@given(st.integers(1 << 41, (1 << 48) - 1))
def test_any_long_of_seven_bytes(number: int) -> None:
    assert long_of(number) == by_fastavro("long", number)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 100])
def test_a_duty_of_so_many_shares(count: int) -> None:
    ids = tuple(EventId(f"share-{number}") for number in range(count))
    duty = msgspec.structs.replace(A_DUTY, share_ids=ids)
    written = encode_duty(duty)
    record = msgspec.to_builtins(duty)
    assert written[AVRO_HEADER:] == by_fastavro(schemas().current[DUTY].parsed, record)
    assert decode_duty(written) == duty
