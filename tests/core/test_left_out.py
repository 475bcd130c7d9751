"""The short way to what a producer left out finds the same as the norm read word by word (4.9)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import msgspec
import pytest

from streams.core.events import DataShare
from streams.core.identifiers import RecipientId
from streams.core.left_out import left_out
from streams.core.policy import Policy, RecipientEntry, Registers, fixed_policy
from streams.core.rules.share_roles import normalise
from streams.core.vocabulary import Purpose, RecipientKind, RecipientRole
from tests.core.builders import share

_UNSTATED = (None, RecipientRole.UNKNOWN)


def word_by_word(event: DataShare, policy: Policy) -> Iterator[str]:
    """Each line of the table of 4.9 about shares, with nothing left out to be fast."""
    normal = normalise(event, policy)
    entry = normal.entry
    settings = policy.at(event.occurred_at)
    if (
        event.recipient_role in _UNSTATED
        and (entry is None or entry.role in _UNSTATED)
        and settings.unknown_recipient_role is not RecipientRole.THIRD_PARTY
    ):
        yield "recipient_role"
    if event.recipient_kind is None and (entry is None or not entry.kind):
        kinds = [RecipientKind.SOCIAL_MEDIA, RecipientKind.AD_PLATFORM, RecipientKind.DATA_BROKER]
        if any(_other(event, policy, recipient_kind=kind.value) for kind in kinds):
            yield "recipient_kind"
    if not normal.external:
        return
    silent = event.recipient_own_use is None and (entry is None or entry.own_use is None)
    if silent and _other(event, policy, recipient_own_use=True):
        yield "recipient_own_use"
    if normal.country is None:
        yield "recipient_country"
    if normal.marketing and not event.data_categories:
        yield "data_categories"


def _other(event: DataShare, policy: Policy, **stated: Any) -> bool:
    """Whether the share is another one to the rules where that is stated."""
    changed = msgspec.structs.replace(event, **stated)
    readings = [normalise(one, policy) for one in (event, changed)]
    one, two = [(read.role, read.purpose, read.own_purposes) for read in readings]
    return one != two


ENTRIES: tuple[RecipientEntry | None, ...] = (
    None,
    RecipientEntry(recipient_id=RecipientId("ACME")),
    RecipientEntry(recipient_id=RecipientId("ACME"), role=RecipientRole.PROCESSOR),
    RecipientEntry(recipient_id=RecipientId("ACME"), kind="CARRIER", country="US"),
    RecipientEntry(recipient_id=RecipientId("ACME"), own_use=False, role=RecipientRole.UNKNOWN),
    RecipientEntry(recipient_id=RecipientId("ACME"), own_use=True),
    RecipientEntry(recipient_id=RecipientId("ELSEWHERE")),
)


@pytest.mark.parametrize("unknown", [RecipientRole.THIRD_PARTY, RecipientRole.PROCESSOR])
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_share(entry: RecipientEntry | None, unknown: RecipientRole) -> None:
    registers = Registers(recipients=() if entry is None else (entry,))
    policy = fixed_policy(registers=registers, unknown_recipient_role=unknown)
    seen = set()
    for role, purpose, kind, own_use, country, categories, recipient in product(
        (None, *RecipientRole), Purpose, (None, "SOCIAL_MEDIA"), (None, False),
        (None, "NL"), ([], ["EMAIL"]), ("ACME", "OURCO"),
    ):  # fmt: skip
        event = share(
            0, recipient_id=recipient, recipient_role=role, purpose=purpose, recipient_kind=kind,
            recipient_own_use=own_use, recipient_country=country, data_categories=categories,
        )  # fmt: skip
        assert isinstance(event, DataShare)
        expected = list(word_by_word(event, policy))
        assert left_out(event, policy) == expected, event
        seen.update(expected)
    assert len(seen) >= 2
