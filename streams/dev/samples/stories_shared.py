"""Data that left without a consent that covers it (S04 to S17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streams.core.instants import Instant, days
from streams.core.vocabulary import (
    AgeBand,
    Channel,
    ConsentMethod,
    DataCategory,
    LegalBasis,
    Protection,
    Purpose,
    RecipientRole,
)
from streams.dev.samples.retailer import (
    AD_PLATFORM,
    BROKER,
    CONTACT,
    ENERGY,
    INSURER,
    MATCHING,
    PARTNERS,
    SISTER_TRAVEL,
    SOCIAL,
)
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.stories_clean import AUDIENCE, OWN, TPDM
from streams.dev.samples.story import Beside, Story

_NO_GRANT = Beside.ORDERS | Beside.SALE_MAIL | Beside.SUPPLIERS
"""Any other consent would make the reason "other purpose" instead of "no consent"."""


def _audience_upload(s: Scribe) -> None:
    """The classic: hashed addresses to a platform, which is called a processor for it."""
    platform = s.rng.choice((SOCIAL, AD_PLATFORM))
    if s.rng.random() < 0.5:
        platform = platform._replace(
            role=RecipientRole.PROCESSOR, own_use=False, agreement="platform-terms"
        )
    share = s.share(
        s.start(days(2)),
        platform,
        AUDIENCE,
        MATCHING,
        LegalBasis.LEGITIMATE_INTEREST,
        protection=Protection.HASHED,
        lia_ref="lia-audience",
    )
    s.expect(share, "LEGITIMATE_INTEREST_REJECTED")


def _interest_of_a_partner(s: Scribe) -> None:
    partner = s.rng.choice(PARTNERS)
    data = (*CONTACT, DataCategory.NAW, DataCategory.BIRTH_DATE)
    share = s.share(s.start(days(2)), partner, TPDM, data, LegalBasis.LEGITIMATE_INTEREST)
    s.expect(share, "LEGITIMATE_INTEREST_REJECTED")


def _sister_as_customer(s: Scribe) -> None:
    """Shared with the travel company of the group "because she is a customer"."""
    at = s.start(days(30))
    s.buy(at, "BOOKS")
    at = s.later(at, days(1), days(20))
    share = s.share(at, SISTER_TRAVEL, TPDM, CONTACT, LegalBasis.SOFT_OPT_IN)
    s.expect(share, "SOFT_OPT_IN_NOT_FOR_SHARING")


def _insurer_by_contract(s: Scribe) -> None:
    share = s.share(s.start(days(2)), INSURER, TPDM, CONTACT, LegalBasis.CONTRACT)
    s.expect(share, "OTHER_BASIS_REJECTED")


def _sold_to_broker(s: Scribe) -> None:
    data = (*CONTACT, DataCategory.PROFILE_SEGMENT)
    share = s.share(s.start(days(2)), BROKER, TPDM, data, LegalBasis.NONE)
    s.expect(share, "NO_CONSENT")


def _consent_afterwards(s: Scribe) -> None:
    """Asked after the fact: consent does not reach back."""
    at = s.start(days(30))
    partner = s.rng.choice(PARTNERS)
    share = s.share(at, partner, TPDM, CONTACT, LegalBasis.CONSENT)
    s.expect(share, "NO_CONSENT")
    s.grant(s.later(at, days(1), days(20)), TPDM, recipients=(partner,), data=CONTACT)


def _called_analytics(s: Scribe) -> None:
    """A social medium that "measures": it advertises with the data itself."""
    share = s.share(
        s.start(days(2)),
        SOCIAL._replace(own_use=False),
        Purpose.ANALYTICS,
        (DataCategory.EMAIL, DataCategory.BROWSING),
        LegalBasis.NONE,
    )
    s.expect(share, "NO_CONSENT")


def _other_purpose(s: Scribe) -> None:
    at = s.start(days(30))
    s.grant(at, OWN, data=CONTACT, channels=(Channel.EMAIL,))
    partner = s.rng.choice(PARTNERS)
    share = s.share(s.later(at, days(1), days(20)), partner, TPDM, CONTACT, LegalBasis.CONSENT)
    s.expect(share, "CONSENT_OTHER_PURPOSE")


def _other_recipient(s: Scribe) -> None:
    at = s.start(days(30))
    named, other = s.rng.sample(PARTNERS, 2)
    s.grant(at, TPDM, recipients=(named,), data=CONTACT)
    share = s.share(s.later(at, days(1), days(20)), other, TPDM, CONTACT, LegalBasis.CONSENT)
    s.expect(share, "CONSENT_OTHER_RECIPIENT")


def _category_only(s: Scribe) -> None:
    """Consent to "carefully selected energy companies": a category, nobody by name."""
    at = s.start(days(30))
    s.grant(at, TPDM, data=CONTACT, recipient_categories=(ENERGY.category,))
    share = s.share(s.later(at, days(1), days(20)), ENERGY, TPDM, CONTACT, LegalBasis.CONSENT)
    s.expect(share, "CONSENT_RECIPIENT_NOT_NAMED")


def _one_field_more(s: Scribe) -> None:
    """Consent to e-mail and name; the feed has the birth date or the phone number too."""
    at = s.start(days(30))
    partner = s.rng.choice(PARTNERS)
    s.grant(at, TPDM, recipients=(partner,), data=CONTACT)
    data = (*CONTACT, s.rng.choice((DataCategory.BIRTH_DATE, DataCategory.PHONE)))
    share = s.share(s.later(at, days(1), days(20)), partner, TPDM, data, LegalBasis.CONSENT)
    s.expect(share, "CONSENT_OTHER_DATA_CATEGORY")


def _expired(s: Scribe) -> None:
    """A consent for one season; half of these shares leave at the very instant it ends."""
    at = s.start(days(60))
    partner = s.rng.choice(PARTNERS)
    end = s.later(at, days(20), days(40))
    s.grant(at, TPDM, recipients=(partner,), data=CONTACT, expires_at=end)
    left = end if s.rng.random() < 0.5 else s.later(end, days(1), days(15))
    share = s.share(left, partner, TPDM, CONTACT, LegalBasis.CONSENT)
    s.expect(share, "CONSENT_EXPIRED")


def _defective(code: str, defect: Callable[[Scribe], dict[str, Any]]) -> Callable[[Scribe], None]:
    """A consent with one defect, seen when recorded, and a share that relies on it."""

    def notify(s: Scribe) -> None:
        at = s.start(days(30))
        partner = s.rng.choice(PARTNERS)
        changes = defect(s)
        slow_by = changes.pop("slow_by", None)
        recorded = None if slow_by is None else Instant(at + slow_by)
        granted = s.grant(
            at, TPDM, recipients=(partner,), data=CONTACT, recorded=recorded, **changes
        )
        s.expect(granted, "CONSENT_DEFECT_RECORDED")
        left = s.later(at, days(8), days(22))
        s.expect(s.share(left, partner, TPDM, CONTACT, LegalBasis.CONSENT), code)

    return notify


INVALID_METHODS = (
    ConsentMethod.PRE_TICKED,
    ConsentMethod.TERMS_ACCEPTANCE,
    ConsentMethod.IMPLICIT_USE,
    ConsentMethod.SILENCE,
    ConsentMethod.IMPORTED_UNKNOWN,
)
_MINORS: tuple[dict[str, Any], ...] = (
    {"age_band": AgeBand.UNDER_12, "guardian_consent": False},
    {"age_band": AgeBand.AGE_12_15, "guardian_consent": False},
    {"age_band": AgeBand.UNDER_16, "guardian_consent": False},
    {"age_band": AgeBand.ADULT, "under_guardianship": True, "guardian_consent": False},
)
_UNFREE: tuple[dict[str, Any], ...] = (
    {"bundled_with_terms": True},
    {"condition_of_service": True},
    {"separate_act": False},
)

_pre_ticked = _defective(
    "CONSENT_NOT_AFFIRMATIVE", lambda s: {"method": s.rng.choice(INVALID_METHODS)}
)
_minor = _defective("CONSENT_MINOR_NO_GUARDIAN", lambda s: dict(s.rng.choice(_MINORS)))
_no_evidence = _defective("CONSENT_NOT_DEMONSTRABLE", lambda _: {"evidence_ref": None})
_back_dated = _defective(
    "CONSENT_NOT_DEMONSTRABLE", lambda s: {"slow_by": s.between(days(2), days(7))}
)
_no_notice = _defective("CONSENT_NOT_INFORMED", lambda _: {"notice_version": None})
_unfree = _defective("CONSENT_NOT_FREE_OR_SPECIFIC", lambda s: dict(s.rng.choice(_UNFREE)))

STORIES = (
    Story("audience-upload", _audience_upload, 3),
    Story("interest-of-a-partner", _interest_of_a_partner, 1),
    Story("sister-as-customer", _sister_as_customer, 1),
    Story("insurer-by-contract", _insurer_by_contract, 1),
    Story("sold-to-broker", _sold_to_broker, 2, _NO_GRANT),
    Story("consent-afterwards", _consent_afterwards, 1, _NO_GRANT),
    Story("called-analytics", _called_analytics, 1, _NO_GRANT),
    Story("consent-for-another-purpose", _other_purpose, 1),
    Story("consent-for-another-recipient", _other_recipient, 1),
    Story("consent-for-a-category", _category_only, 1),
    Story("one-field-more", _one_field_more, 2),
    Story("consent-expired", _expired, 1),
    Story("pre-ticked", _pre_ticked, 2),
    Story("minor-alone", _minor, 1),
    Story("no-evidence", _no_evidence, 1),
    Story("back-dated-consent", _back_dated, 1),
    Story("no-notice", _no_notice, 1),
    Story("tied-to-terms", _unfree, 1),
)
