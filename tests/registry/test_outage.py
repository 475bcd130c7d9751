"""An outage waits; a registry that does not know an id is believed, in its own words only."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
import structlog

from streams.errors import ConsentryError, UnreachableError
from streams.registry import Access, Registry
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.encode import event_to_avro
from tests.delivery.standing import Standing
from tests.registry.fake import FakeRegistry, framed
from tests.registry.test_reading import SHARE, own_schema, plain


def of(fake: FakeRegistry, tries: int | None = None, **access: Any) -> Registry:
    return Registry(Access(url=fake.url, timeout_s=5, **access), tries=tries)


def value_of(fake: FakeRegistry) -> bytes:
    return framed(fake.add(own_schema("data_share")), event_to_avro(plain().event)[10:])


def test_an_outage_waits_and_then_goes_on(standing: Standing[FakeRegistry]) -> None:
    fake = standing.receiver
    value, registry = value_of(fake), of(fake)
    standing.gone()
    back = threading.Timer(0.4, standing.back)
    back.start()
    with structlog.testing.capture_logs() as logs:
        asyncio.run(registry.ensure([value]))
    back.join()
    assert decode(value, SHARE, registry) == plain()
    events = [one["event"] for one in logs]
    assert events[-1] == "registry.answers"
    away = [one for one in logs if one["event"] == "registry.away"]
    assert away
    assert all(one["url"] == fake.url for one in away)
    assert registry.away_s is None


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_registry_that_cannot_answer_now_is_asked_again(fake: FakeRegistry, status: int) -> None:
    value, registry = value_of(fake), of(fake)
    fake.fault = status

    async def play() -> float:
        asking = asyncio.ensure_future(registry.ensure([value]))
        await asyncio.sleep(0.2)
        assert not asking.done()
        away_s = registry.away_s
        assert away_s is not None
        fake.fault = None
        await asking
        return away_s

    assert asyncio.run(play()) > 0
    assert isinstance(decode(value, SHARE, registry), Decoded)


def test_a_command_gives_up_and_names_the_address(standing: Standing[FakeRegistry]) -> None:
    fake = standing.receiver
    value, registry = value_of(fake), of(fake, tries=3)
    standing.gone()
    with pytest.raises(UnreachableError, match=fake.url):
        asyncio.run(registry.ensure([value]))


def test_an_unknown_id_is_refused_with_the_id(fake: FakeRegistry) -> None:
    value, registry = framed(4711, b"abc"), of(fake)
    asyncio.run(registry.ensure([value]))
    found = decode(value, SHARE, registry)
    assert isinstance(found, Rejected)
    assert "id 4711" in found.dead_letter.reason
    assert len(fake.requests) == 3, "a replica may lag, so it is asked several times"
    asyncio.run(registry.ensure([value]))
    assert len(fake.requests) == 3


def test_an_id_that_comes_late_is_read(fake: FakeRegistry) -> None:
    value, registry = value_of(fake), of(fake)
    fake.late[1] = 2
    asyncio.run(registry.ensure([value]))
    assert decode(value, SHARE, registry) == plain()


def test_an_id_that_was_unknown_is_asked_again_later(
    fake: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = of(fake)
    value = framed(1, event_to_avro(plain().event)[10:])
    asyncio.run(registry.ensure([value]))
    assert isinstance(decode(value, SHARE, registry), Rejected)
    fake.add(own_schema("data_share"), schema_id=1)
    now = time.monotonic()
    monkeypatch.setattr("streams.registry.registry.time.monotonic", lambda: now + 61)
    asyncio.run(registry.ensure([value]))
    assert decode(value, SHARE, registry) == plain()


def test_what_no_registry_can_have_is_not_asked_for(fake: FakeRegistry) -> None:
    value, registry = framed(1 << 31, b"abc"), of(fake)
    asyncio.run(registry.ensure([value]))
    assert not fake.requests
    assert isinstance(decode(value, SHARE, registry), Rejected)


def test_a_value_that_was_not_asked_for_is_no_dead_letter(fake: FakeRegistry) -> None:
    with pytest.raises(LookupError):
        decode(framed(1, b"abc"), SHARE, of(fake))


def test_a_schema_is_asked_for_once(fake: FakeRegistry) -> None:
    value, registry = value_of(fake), of(fake)
    for _ in range(3):
        asyncio.run(registry.ensure([value, value, None, b"", b"{}", b"\0", b"\0\0\0\0\0"]))
    assert [one.path for one in fake.requests] == ["/schemas/ids/1"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not accept the credentials"),
        (403, "does not accept the credentials"),
        (404, "answers as no schema registry does"),
        (302, "answers as no schema registry does"),
        (200, "answers as no schema registry does"),
    ],
)
def test_what_somebody_must_put_right_is_no_verdict_on_a_record(
    fake: FakeRegistry, status: int, said: str
) -> None:
    registry = of(fake)
    fake.fault = status
    with pytest.raises(ConsentryError, match=said) as error:
        asyncio.run(registry.ensure([framed(1, b"abc")]))
    assert fake.url in str(error.value)
    assert not isinstance(error.value, UnreachableError)


def test_an_answer_without_end_is_not_read(fake: FakeRegistry) -> None:
    fake.add('"' + "x" * 5_000_000 + '"')
    with pytest.raises(ConsentryError, match="more than"):
        asyncio.run(of(fake).ensure([framed(1, b"abc")]))
