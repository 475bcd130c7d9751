"""An event of each type, as short and as full as it can be."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import (
    ConsentId,
    ControllerId,
    EventId,
    PurchaseId,
    RecipientId,
    SubjectId,
    Topic,
)
from streams.core.instants import Instant
from streams.core.vocabulary import (
    Actor,
    AgeBand,
    Channel,
    ConsentAction,
    ConsentMethod,
    Consideration,
    ContactDetail,
    DataCategory,
    LegalBasis,
    MessagePurpose,
    NotificationKind,
    Protection,
    PurchaseAction,
    Purpose,
    RecipientRole,
    ShareMechanism,
    TransferMechanism,
)

ACME = RecipientId("ACME")
AT = Instant(1_788_260_400_000)
ENVELOPE: dict[str, Any] = {
    "event_id": EventId("e-1"),
    "controller_id": ControllerId("OURCO"),
    "subject_id": SubjectId("s-1"),
    "occurred_at": AT,
    "recorded_at": Instant(AT + 1),
    "source_system": "shop",
    "schema_version": "1",
    "trace_id": "t-1",
}

EVENTS: dict[str, Event] = {
    "consent_change": ConsentChange(
        **ENVELOPE,
        action=ConsentAction.GRANTED,
        purposes=(Purpose.THIRD_PARTY_DIRECT_MARKETING,),
        recipient_ids=(ACME,),
        recipient_categories=("RETAIL",),
        data_categories=(DataCategory.EMAIL, DataCategory.NAW),
        channels=(Channel.EMAIL,),
        topics=(Topic("club"),),
        consent_id=ConsentId("c-1"),
        consent_method=ConsentMethod.DOUBLE_OPT_IN,
        notice_version="v3",
        evidence_ref="ev-1",
        separate_act=True,
        bundled_with_terms=False,
        condition_of_service=False,
        age_band=AgeBand.ADULT,
        under_guardianship=False,
        guardian_consent=True,
        guardian_evidence_ref="ev-2",
        verified_contact=(ContactDetail.PHONE,),
        expires_at=Instant(AT + 2),
        replaces_consent_id=ConsentId("c-0"),
        actor=Actor.SUBJECT,
        via="ACCOUNT",
    ),
    "purchase": Purchase(
        **ENVELOPE,
        action=PurchaseAction.PURCHASED,
        purchase_id=PurchaseId("p-1"),
        seller_controller_id=ControllerId("OURCO"),
        product_categories=("TEA", "COFFEE"),
        contact_details_obtained=(ContactDetail.EMAIL,),
        opt_out_offered_at_collection=True,
        opt_out_exercised_at_collection=False,
        consideration=Consideration.DIRECT,
        relationship_ends_at=Instant(AT + 3),
    ),
    "data_share": DataShare(
        **ENVELOPE,
        recipient_id=ACME,
        purpose=Purpose.AD_AUDIENCE_MATCHING,
        share_id="sh-1",
        recipient_role=RecipientRole.THIRD_PARTY,
        recipient_kind="AD_PLATFORM",
        recipient_category="ADS",
        recipient_own_use=True,
        recipient_country="NL",
        data_categories=(DataCategory.EMAIL,),
        legal_basis_claimed=LegalBasis.CONSENT,
        consent_ref=ConsentId("c-1"),
        protection=Protection.HASHED,
        transfer_mechanism=TransferMechanism.SCC,
        processing_agreement_ref="dpa-1",
        arrangement_ref="arr-1",
        lia_ref="lia-1",
        mechanism=ShareMechanism.API,
    ),
    "marketing_message": MarketingMessage(
        **ENVELOPE,
        message_purpose=MessagePurpose.MARKETING,
        channel=Channel.SMS,
        topic=Topic("club"),
        sender_controller_id=ControllerId("OURCO"),
        message_id="m-1",
        contains_promotion=True,
        advertiser_id=ACME,
        product_categories=("TEA",),
        legal_basis_claimed=LegalBasis.SOFT_OPT_IN,
        unsubscribe_present=True,
        sender_identity_present=True,
        contact_point_present=False,
        caller_id_shown=True,
    ),
    "recipient_notification": RecipientNotification(
        **ENVELOPE,
        recipient_id=ACME,
        trigger_event_id=EventId("e-0"),
        kind=NotificationKind.WITHDRAWAL,
        acknowledged_at=Instant(AT + 4),
    ),
}

FIRST_RELEASE: dict[str, Event] = EVENTS | {
    "consent_change": msgspec.structs.replace(
        EVENTS["consent_change"], topics=(), verified_contact=()
    ),
    "marketing_message": msgspec.structs.replace(EVENTS["marketing_message"], topic=None),
}
"""The same, with the fields that events had at first."""
