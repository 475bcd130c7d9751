"""What a producer's words hide: labels, topics, forms and silence (norm of 28 November 2026)."""

from __future__ import annotations

from streams.core.events import MarketingMessage
from streams.core.identifiers import Topic
from streams.core.instants import days, hours
from streams.core.vocabulary import (
    Channel,
    ConsentAction,
    ConsentMethod,
    LegalBasis,
    MessagePurpose,
    Purpose,
    RecipientRole,
)
from streams.dev.samples.retailer import CONTACT, FLORIST, MATCHING, SOCIAL
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.stories_clean import OWN
from streams.dev.samples.story import Beside, Story

_TEA_CLUB = Topic("tea-club")
_DEALS = Topic("deals")


def _list_called_processing(s: Scribe) -> None:
    """A customer list for a social network, which the export calls our processor."""
    upload = s.share(
        s.start(days(30)),
        SOCIAL,
        OWN,
        MATCHING,
        LegalBasis.NONE,
        recipient_role=RecipientRole.PROCESSOR,
        recipient_own_use=False,
        processing_agreement_ref="dpa-social",
    )
    s.expect(upload, "NO_CONSENT")


def _left_one_newsletter(s: Scribe) -> None:
    """Two newsletters, one of them left: the other may go on, that one went on too."""
    at = s.start(days(40))
    s.grant(at, OWN, channels=(Channel.EMAIL,), topics=(_TEA_CLUB, _DEALS))
    at = s.later(at, days(2), days(9))
    s.message(at, LegalBasis.CONSENT, "TEA", topic=_DEALS)
    at = s.later(at, hours(2), hours(20))
    s.signal(at, ConsentAction.WITHDRAWN, OWN, topics=(_DEALS,), via="UNSUBSCRIBE_LINK")
    at = s.later(at, days(1), days(5))
    s.message(at, LegalBasis.CONSENT, "TEA", topic=_TEA_CLUB)
    late: MarketingMessage = s.message(at, LegalBasis.CONSENT, "TEA", topic=_DEALS)
    s.expect(late, "MSG_AFTER_OPT_OUT")


def _misleading_form(s: Scribe) -> None:
    """A pop-up with a bright "yes" and a grey "no": no free and unambiguous consent."""
    at = s.start(days(30))
    given = s.grant(
        at,
        Purpose.THIRD_PARTY_DIRECT_MARKETING,
        recipients=(FLORIST,),
        data=CONTACT,
        method=ConsentMethod.MISLEADING_DESIGN,
    )
    s.expect(given, "CONSENT_DEFECT_RECORDED")
    shared = s.share(
        s.later(at, days(1), days(9)),
        FLORIST,
        Purpose.THIRD_PARTY_DIRECT_MARKETING,
        CONTACT,
        LegalBasis.CONSENT,
    )
    s.expect(shared, "CONSENT_NOT_AFFIRMATIVE")


def _promotion_in_a_service_mail(s: Scribe) -> None:
    """A notice about an account that shows products, and does not say that it promotes."""
    mail = s.message(
        s.start(days(30)),
        LegalBasis.CONTRACT,
        "TEA",
        message_purpose=MessagePurpose.SERVICE,
        contains_promotion=None,
    )
    s.expect(mail, "MSG_NO_VALID_CONSENT")


STORIES = (
    Story("list-called-processing", _list_called_processing, 1, Beside.SUPPLIERS),
    Story("left-one-newsletter", _left_one_newsletter, 1, Beside.SUPPLIERS),
    Story("misleading-form", _misleading_form, 1, Beside.ORDERS),
    Story("promotion-in-a-service-mail", _promotion_in_a_service_mail, 1, Beside.SUPPLIERS),
)
