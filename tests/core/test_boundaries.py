"""Both sides of every instant and every term, to the millisecond.

A story runs twice, one millisecond apart. Where the law draws the line, the last
event of the first run is on one side of it and that of the second on the other.
"""

from __future__ import annotations

import pytest

from streams.core.events import Event
from streams.core.identifiers import PayloadHash
from streams.core.instants import Instant
from streams.core.quality import is_future
from streams.core.state import Fact, FactSource
from tests.core.builders import (
    OWN,
    buy,
    grant,
    message,
    object_,
    own_grant,
    refund,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import found

GDPR = "2018-05-24T22:00:00.000Z"
TELEPHONE_OPT_IN = "2021-06-30T22:00:00.000Z"
TELEPHONE_CONSENT_ONLY = "2026-06-30T22:00:00.000Z"
DAY = 24
HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("before", "ms", "code"),
    [
        # The grant counts from its own instant (A2, P12) ...
        ([grant(2)], -1, "S07"),
        ([grant(2)], 0, None),
        # ... until its expiry, which does not belong to it.
        ([grant(0, expires_at=2)], -1, None),
        ([grant(0, expires_at=2)], 0, "S12"),
        # Signals count from their own instant (A3).
        ([grant(0), withdraw(2)], -1, None),
        ([grant(0), withdraw(2)], 0, "S02"),
        ([grant(0), object_(2)], -1, None),
        ([grant(0), object_(2)], 0, "S01"),
        ([refuse(2)], -1, "S07"),
        ([refuse(2)], 0, "S03"),
        # A consent that another one replaces ends when that begins (A2).
        ([grant(0), grant(2, id="new", data_categories=["NAME"], replaces_consent_id="grant")],
         -1, None),
        ([grant(0), grant(2, id="new", data_categories=["NAME"], replaces_consent_id="grant")],
         0, "S11"),
    ],
)  # fmt: skip
def test_consent_and_signals_to_the_millisecond(
    before: list[Event], ms: int, code: str | None
) -> None:
    assert found(*before, share(2, ms=ms)) == ({"share": code} if code else {})


@pytest.mark.parametrize(("ms", "codes"), [(-1, {}), (0, {"share": "S07"})])
def test_shares_before_the_gdpr_are_not_assessed(ms: int, codes: dict[str, str]) -> None:
    assert found(share(GDPR, ms=ms)) == codes


@pytest.mark.parametrize(("ms", "codes"), [(-1, {}), (0, {"message": "M04"})])
def test_messages_before_the_gdpr_are_not_assessed(ms: int, codes: dict[str, str]) -> None:
    assert found(message(GDPR, ms=ms)) == codes


@pytest.mark.parametrize(
    ("when", "ms", "codes"),
    [
        (TELEPHONE_OPT_IN, -1, {}),
        (TELEPHONE_OPT_IN, 0, {"message": "M04"}),
    ],
)
def test_calls_of_the_opt_out_era_are_not_assessed(
    when: str, ms: int, codes: dict[str, str]
) -> None:
    assert found(message(when, ms=ms, channel="PHONE_HUMAN")) == codes


def test_an_automated_call_of_that_era_is() -> None:
    sent = message(TELEPHONE_OPT_IN, ms=-1, channel="AUTOMATED_CALL")
    assert found(sent) == {"message": "M03"}


@pytest.mark.parametrize(("ms", "codes"), [(-1, {}), (0, {"message": "M03"})])
def test_human_calls_lose_the_customer_exception(ms: int, codes: dict[str, str]) -> None:
    sold = buy("2026-01-01T00:00:00Z")
    assert found(sold, message(TELEPHONE_CONSENT_ONLY, ms=ms, channel="PHONE_HUMAN")) == codes


@pytest.mark.parametrize("channel", ["EMAIL", "SMS", "MESSAGING_APP"])
def test_written_channels_keep_it(channel: str) -> None:
    sold = buy("2026-01-01T00:00:00Z")
    assert found(sold, message(TELEPHONE_CONSENT_ONLY, channel=channel)) == {}


@pytest.mark.parametrize(("ms", "codes"), [(0, {}), (1, {"message": "M10"})])
def test_the_customer_relation_ages_after_1096_days(ms: int, codes: dict[str, str]) -> None:
    assert found(buy(0), message(1096 * DAY, ms=ms)) == codes


@pytest.mark.parametrize(("ms", "codes"), [(0, {}), (1, {"message": "M10"})])
def test_a_subscription_ages_from_its_end(ms: int, codes: dict[str, str]) -> None:
    sold = buy(0, relationship_ends_at=100)
    assert found(sold, message(100 + 1096 * DAY, ms=ms)) == codes


def test_an_end_before_the_sale_takes_nothing_away() -> None:
    assert found(buy(0, relationship_ends_at=-100), message(1096 * DAY)) == {}


@pytest.mark.parametrize(("ms", "codes"), [(-1, {"message": "M04"}), (0, {})])
def test_a_sale_at_the_instant_of_the_message_counts(ms: int, codes: dict[str, str]) -> None:
    assert found(buy(2), message(2, ms=ms)) == codes


@pytest.mark.parametrize(("ms", "codes"), [(-1, {}), (0, {"message": "M08"})])
def test_a_refund_at_the_instant_of_the_message_counts(ms: int, codes: dict[str, str]) -> None:
    assert found(buy(0), refund(2), message(2, ms=ms)) == codes


@pytest.mark.parametrize(("ms", "codes"), [(-1, {}), (0, {"message": "M01"})])
def test_an_opt_out_at_the_instant_of_the_message_counts(ms: int, codes: dict[str, str]) -> None:
    assert found(own_grant(0), withdraw(2, purposes=[OWN]),
                 message(2, ms=ms, legal_basis_claimed="CONSENT")) == codes  # fmt: skip


@pytest.mark.parametrize(
    ("method", "hours"),
    [
        ("CHECKBOX_UNTICKED", 24),
        ("BUTTON", 24),
        ("DOUBLE_OPT_IN", 24),
        ("EXPLICIT_STATEMENT", 24),
        ("ORAL_RECORDED", 7 * DAY),
        ("WRITTEN_SIGNED", 30 * DAY),
    ],
)
def test_a_grant_must_be_recorded_in_time(method: str, hours: int) -> None:
    """P16, to the millisecond, by method."""
    in_time = grant(0, consent_method=method, recorded_at=hours)
    late = grant(0, consent_method=method, recorded_at=hours + 1 / HOUR_MS)
    assert late.recorded_at - in_time.recorded_at == 1
    assert found(in_time, share(2)) == {}
    assert found(late, share(2)) == {"grant": "A01", "share": "S15"}


@pytest.mark.parametrize(("ahead", "future"), [(300_000, False), (300_001, True)])
def test_an_event_may_run_five_minutes_ahead(ahead: int, *, future: bool) -> None:
    event = share(2)
    fact = Fact(
        event=event,
        payload_hash=PayloadHash("0" * 64),
        ingested_at=Instant(event.occurred_at - ahead),
        source=FactSource("data-share", 0, 0),
    )
    assert is_future(fact) is future
