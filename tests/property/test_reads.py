"""What a rule says it reads is what its verdicts depend on; `affected` looks there.

Every field of every fact of a history is changed, one at a time, to other values. Where a
verdict on another event changes with it, the rule that gives its code has to name that field, and
`affected` has to name that event.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.event_kinds import event_key
from streams.core.events import EVENT_CLASSES, Event
from streams.core.policy import Policy
from streams.core.rules.registry import RULES, readers_of
from streams.core.vocabulary import Code
from tests.core.builders import (
    OFFERS,
    OWN,
    buy,
    grant,
    message,
    notify,
    object_,
    own_grant,
    processor_share,
    refund,
    share,
    withdraw,
)
from tests.core.pairs import PAIRS
from tests.core.stories import POLICY as STORIES
from tests.core.stories import with_policy
from tests.property import drawn_events as drawn
from tests.property.reads import faults, looked_at, read_in
from tests.property.test_affected import POLICIES

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""


OWN_SHARE: Final[dict[str, Any]] = {"purpose": OWN, "recipient_role": "THIRD_PARTY"}
CALL: Final[dict[str, Any]] = {"channel": "PHONE_HUMAN", "legal_basis_claimed": "CONSENT"}
BY_CATEGORY: Final = with_policy(named_recipient_required=False)

CLOSE: Final[list[tuple[Policy, list[Event]]]] = [
    *[
        (STORIES, list(side))
        for code, pair in PAIRS.items()
        if code is not Code.EVENT_ID_CONFLICT  # which is about two events of one id
        for side in (pair.fires, pair.silent)
    ],
    # A consent ends a signal, a consent and a duty, or is cited by what ends it.
    (STORIES, [withdraw(0), grant(1), share(2)]),
    (STORIES, [grant(0), grant(1, id="other", purposes=[OFFERS], replaces_consent_id="grant"),
               share(2)]),
    (STORIES, [own_grant(0), own_grant(1, id="other", channels=["SMS"],
               replaces_consent_id="grant"), message(2, legal_basis_claimed="CONSENT")]),
    (STORIES, [own_grant(0, expires_at=12), message(2, legal_basis_claimed="CONSENT")]),
    (STORIES, [own_grant(0, topics=["club"], channels=["EMAIL"]),
               message(2, topic="club", legal_basis_claimed="CONSENT")]),
    (STORIES, [grant(0), withdraw(1, purposes=[], consent_id="grant"), share(2)]),
    (STORIES, [own_grant(0, topics=["club"]), withdraw(1, purposes=[], consent_id="grant"),
               buy(0), message(2, topic="club")]),
    (STORIES, [grant(-2), share(0), withdraw(1), grant(2, id="other")]),
    (BY_CATEGORY, [share(0, recipient_category="RETAIL"), withdraw(1),
                   grant(2, id="other", recipient_ids=[], recipient_categories=["RETAIL"])]),
    (BY_CATEGORY, [grant(0, recipient_ids=[], recipient_categories=["RETAIL"]),
                   share(2, recipient_category="RETAIL")]),
    (STORIES, [grant(-2, topics=["club"]), share(0), withdraw(1, purposes=[], consent_id="grant")]),
    (STORIES, [own_grant(-2, recipient_ids=["ACME"], channels=["EMAIL"]), share(0, **OWN_SHARE),
               withdraw(1, purposes=[], consent_id="grant")]),
    (STORIES, [own_grant(-2, recipient_ids=["ACME"], topics=["club"]), share(0, **OWN_SHARE),
               withdraw(1, purposes=[], consent_id="grant")]),
    (STORIES, [grant(-2, recipient_ids=[], recipient_categories=["RETAIL"]),
               share(0, recipient_category="RETAIL"),
               withdraw(1, purposes=[], consent_id="grant")]),
    (STORIES, [share(0, purpose="ANALYTICS", recipient_role=None), withdraw(1)]),
    (STORIES, [processor_share(0), object_(1)]),
    (STORIES, [share(0), withdraw(1), notify(2)]),
    (STORIES, [withdraw(0), share(1), notify(2)]),
    (STORIES, [processor_share(0), object_(1), own_grant(2, id="other", recipient_ids=["B"])]),
    (STORIES, [grant(-2), share(0), withdraw(1),
               grant(2, id="other", age_band="AGE_12_15", guardian_consent=True)]),
    (STORIES, [own_grant(0, recipient_ids=["ACME"]),
               withdraw(1, purposes=[OWN], channels=["EMAIL"]), share(2, **OWN_SHARE)]),
    (STORIES, [own_grant(0, recipient_ids=["ACME"]),
               withdraw(1, purposes=[OWN], topics=["club"]), share(2, **OWN_SHARE)]),
    (STORIES, [own_grant(0, age_band="AGE_12_15", guardian_consent=True),
               message(2, legal_basis_claimed="CONSENT")]),
    # One of each type, so that a rule that reads another one is noticed.
    (STORIES, [own_grant(0), buy(0), notify(1), share(2), message(2), object_(3), refund(4)]),
    # Calls, and sales.
    (with_policy(phone_consent_needs_verified_number=True),
     [own_grant(0, verified_contact=["PHONE"]), message(2, **CALL)]),
    (STORIES, [buy("2022-01-01T00:00:00Z", relationship_ends_at=1), message(2)]),
    (STORIES, [buy(0), refund(1, action="REFUNDED_PARTIAL", product_categories=["COFFEE"]),
               message(2)]),
    (STORIES, [buy(0, opt_out_exercised_at_collection=True), message(2)]),
]  # fmt: skip
"""Histories that a small change decides: those of every code, and some more."""


def test_a_history_has_every_type() -> None:
    """A read of a type that no history has would be found by chance alone."""
    assert {type(event) for _, events in CLOSE for event in events} == set(EVENT_CLASSES.values())


def test_every_field_that_decides_is_named_and_looked_at() -> None:
    read = [one for policy, events in CLOSE for one in read_in(events, policy)]
    assert faults(iter(read)) == set()
    seen = {(one.of, one.kind, one.field) for one, _ in read}
    said = {
        (rule.judges, kind, field)
        for rule in RULES
        for kind, fields in rule.reads.items()
        for field in fields
    }
    # What is said and never decides would have more judged again than need be.
    assert {f"{of.__name__}: {kind.__name__}.{field}" for of, kind, field in said - seen} == set()


def test_nothing_else_is_looked_at() -> None:
    """Only events whose rules read such facts."""
    for policy, events in CLOSE:
        for place, event in enumerate(events):
            kinds = {
                type(events[number])
                for number in range(len(events))
                if event_key(events[number]) in looked_at(events, place, event, policy)
            }
            assert kinds <= readers_of(type(event)) | {type(event)}


@st.composite
def different(draw: st.DrawFn, most: int = 8) -> list[Event]:
    """Events with different ids."""
    size = draw(st.integers(2, most))
    return [draw(drawn.events(st.just(f"e{number:02d}"))) for number in range(size)]


@given(different(), st.sampled_from(POLICIES), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_a_rule_names_what_its_verdicts_depend_on(
    events: list[Event], policy: Policy, random: Random
) -> None:
    assert faults(read_in(events, policy, random)) == set()
