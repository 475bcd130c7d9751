"""A history in which everything was judged once, and what a further event has judged again."""

from __future__ import annotations

import pytest

from streams.core.events import Event
from tests.core.builders import (
    OFFERS,
    buy,
    grant,
    message,
    own_grant,
    share,
)
from tests.core.stories import Story

RECIPIENTS = [f"R{n}" for n in range(10)]
SHARES = 1000
OWN_MESSAGES = 100
OFFERED = 50


def history() -> list[Event]:
    """In order of occurrence: sale and grants, then a share an hour to each in turn."""
    events: list[Event] = [
        buy(-2),
        own_grant(-2, id="own"),
        grant(-1, id="g", recipient_ids=RECIPIENTS),
        grant(-1, id="offers", purposes=[OFFERS], recipient_ids=["ACME"]),
    ]
    events += [
        share(n, id=f"s{n}", recipient_id=RECIPIENTS[n % 10], consent_ref="g")
        for n in range(SHARES)
    ]
    events += [message(10 * n, id=f"m{n}") for n in range(OWN_MESSAGES)]
    events += [
        message(20 * n, id=f"o{n}", advertiser_id="ACME", legal_basis_claimed="CONSENT")
        for n in range(OFFERED)
    ]
    return sorted(events, key=lambda event: event.occurred_at)


@pytest.fixture
def lived() -> Story:
    return Story().take(*history())


def rejudged(lived: Story) -> int:
    return lived.decisions[-1].rejudged
