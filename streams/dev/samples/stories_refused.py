"""Data that left against somebody's expressed will (S01 to S03)."""

from __future__ import annotations

from typing import Any

from streams.core.events import ConsentChange, DataShare
from streams.core.instants import Duration, Instant, days, hours
from streams.core.vocabulary import (
    AgeBand,
    ConsentAction,
    DataCategory,
    LegalBasis,
    NotificationKind,
)
from streams.dev.samples.retailer import (
    AD_PLATFORM,
    ADDRESS,
    CONTACT,
    MATCHING,
    PARTNERS,
    PRINTER,
    SampleRecipient,
)
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.stories_clean import AUDIENCE, OWN, TPDM
from streams.dev.samples.story import Beside, Story

_SPAN = days(50)


def _shared_once(s: Scribe, partner: SampleRecipient, **changes: Any) -> ConsentChange:
    """Consent, and the one share on it that is in order."""
    granted = s.grant(s.start(_SPAN), TPDM, recipients=(partner,), data=CONTACT, **changes)
    at = s.later(granted.occurred_at, days(1), days(20))
    s.share(at, partner, TPDM, CONTACT, LegalBasis.CONSENT)
    return granted


def _still_in_the_file(
    s: Scribe, signal: ConsentChange, partner: SampleRecipient, code: str, *, notified: bool
) -> DataShare:
    """The next file goes out all the same: the recipient must be notified of both the signal and the share."""
    at = s.later(signal.occurred_at, hours(6), hours(40))
    share = s.share(at, partner, TPDM, CONTACT, LegalBasis.CONSENT)
    s.expect(share, code)
    s.owe(signal, partner, settled=notified)
    s.owe(share, partner, settled=notified)
    return share


def _notify_both(s: Scribe, signal: ConsentChange, partner: SampleRecipient) -> None:
    """One message to the partner, late enough and early enough for both duties."""
    at = s.later(signal.occurred_at, hours(61), hours(71))
    s.notify(at, partner, signal, NotificationKind.UNLAWFUL_SHARE)


def _objection_ignored(s: Scribe) -> None:
    partner = s.rng.choice(PARTNERS)
    granted = _shared_once(s, partner)
    at = s.later(granted.occurred_at, days(21), days(40))
    objected = s.signal(at, ConsentAction.OBJECTED, via="CALL")
    _still_in_the_file(s, objected, partner, "SHARE_AFTER_OBJECTION", notified=True)
    _notify_both(s, objected, partner)


def _objection_ignored_not_notified(s: Scribe) -> None:
    partner = s.rng.choice(PARTNERS)
    granted = _shared_once(s, partner)
    at = s.later(granted.occurred_at, days(21), days(40))
    objected = s.signal(at, ConsentAction.OBJECTED, via="ACCOUNT")
    _still_in_the_file(s, objected, partner, "SHARE_AFTER_OBJECTION", notified=False)


def _erasure_ignored(s: Scribe) -> None:
    """Erasure asked, still in the audience file: nothing went out before, so one duty."""
    at = s.start(days(20))
    erased = s.signal(at, ConsentAction.ERASED, via="LETTER")
    share = s.share(
        s.later(erased.occurred_at, days(1), days(9)),
        AD_PLATFORM,
        AUDIENCE,
        MATCHING,
        LegalBasis.LEGITIMATE_INTEREST,
    )
    s.expect(share, "SHARE_AFTER_OBJECTION")
    s.owe(share, AD_PLATFORM, settled=True)
    s.notify(
        s.later(share.occurred_at, hours(3), hours(70)),
        AD_PLATFORM,
        share,
        NotificationKind.ERASURE,
    )


def _supplier_after_objection(s: Scribe) -> None:
    """A printer is no third party, but the objection ends our own marketing as well."""
    at = s.start(days(20))
    s.signal(at, ConsentAction.OBJECTED, via="LETTER")
    share = s.share(
        s.later(at, days(1), days(9)), PRINTER, OWN, ADDRESS, LegalBasis.LEGITIMATE_INTEREST
    )
    s.expect(share, "SHARE_AFTER_OBJECTION")
    s.owe(share, PRINTER, settled=False)


def _withdrawal_ignored(s: Scribe) -> None:
    """Withdrawn in the account, by purpose or by pointing at the consent."""
    partner = s.rng.choice(PARTNERS)
    granted = _shared_once(s, partner)
    at = s.later(granted.occurred_at, days(21), days(40))
    if s.rng.random() < 0.5:
        withdrawn = s.signal(at, ConsentAction.WITHDRAWN, TPDM)
    else:
        withdrawn = s.signal(at, ConsentAction.WITHDRAWN, consent_id=granted.consent_id)
    _still_in_the_file(s, withdrawn, partner, "SHARE_AFTER_WITHDRAWAL", notified=True)
    _notify_both(s, withdrawn, partner)


def _withdrawal_by_letter(s: Scribe) -> None:
    """The letter lay in the post room: recorded after the share it should have stopped."""
    partner = s.rng.choice(PARTNERS)
    granted = _shared_once(s, partner)
    at = s.later(granted.occurred_at, days(21), days(40))
    withdrawn = s.signal(
        at,
        ConsentAction.WITHDRAWN,
        TPDM,
        via="LETTER",
        recorded=s.later(at, hours(48), hours(60)),
    )
    _still_in_the_file(s, withdrawn, partner, "SHARE_AFTER_WITHDRAWAL", notified=True)
    _notify_both(s, withdrawn, partner)


def _withdrawal_same_instant(s: Scribe) -> None:
    """Withdrawn in the very millisecond of the share: the withdrawal wins."""
    partner = s.rng.choice(PARTNERS)
    at = s.start(days(30))
    s.grant(at, TPDM, recipients=(partner,), data=CONTACT)
    at = s.later(at, days(2), days(20))
    s.signal(at, ConsentAction.WITHDRAWN, TPDM)
    share = s.share(at, partner, TPDM, CONTACT, LegalBasis.CONSENT)
    s.expect(share, "SHARE_AFTER_WITHDRAWAL")
    s.owe(share, partner, settled=True)
    s.notify(s.later(at, hours(2), hours(70)), partner, share, NotificationKind.UNLAWFUL_SHARE)


def _child_withdraws(s: Scribe) -> None:
    """A child of thirteen withdraws what the parent consented to: nobody waits for a parent."""
    partner = s.rng.choice(PARTNERS)
    granted = _shared_once(
        s,
        partner,
        age_band=AgeBand.AGE_12_15,
        guardian_consent=True,
        guardian_evidence_ref="ev-guardian",
    )
    at = s.later(granted.occurred_at, days(21), days(40))
    withdrawn = s.signal(at, ConsentAction.WITHDRAWN, TPDM)
    _still_in_the_file(s, withdrawn, partner, "SHARE_AFTER_WITHDRAWAL", notified=False)


def _refusal_ignored(s: Scribe) -> None:
    """Said no at the checkout; the feed never asked. A refusal itself raises no duty."""
    at = s.start(days(30))
    partner = s.rng.choice(PARTNERS)
    s.signal(at, ConsentAction.REFUSED, TPDM, via="CHECKOUT")
    basis = s.rng.choice((LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTEREST))
    share = s.share(
        s.later(at, days(1), days(19)), partner, TPDM, (*CONTACT, DataCategory.GENDER), basis
    )
    s.expect(share, "SHARE_DESPITE_REFUSAL")
    notified = s.rng.random() < 0.5
    s.owe(share, partner, settled=notified)
    if notified:
        at = Instant(share.occurred_at + s.between(hours(3), Duration(hours(72) + 1)))
        s.notify(at, partner, share, NotificationKind.UNLAWFUL_SHARE)


STORIES = (
    Story("objection-ignored", _objection_ignored, 1, Beside.ORDERS),
    Story("objection-ignored-not-notified", _objection_ignored_not_notified, 1, Beside.ORDERS),
    Story("erasure-ignored", _erasure_ignored, 1, Beside.ORDERS),
    Story("supplier-after-objection", _supplier_after_objection, 1, Beside.ORDERS),
    Story("withdrawal-ignored", _withdrawal_ignored, 2),
    Story("withdrawal-by-letter", _withdrawal_by_letter, 1),
    Story("withdrawal-same-instant", _withdrawal_same_instant, 1),
    Story("child-withdraws", _child_withdraws, 1),
    Story("refusal-ignored", _refusal_ignored, 2),
)
