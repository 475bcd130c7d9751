"""One full value of each stored or published kind; golden files hold their bytes."""

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
from streams.core.findings import Duty, Finding
from streams.core.identifiers import (
    ConsentId,
    ControllerId,
    EventId,
    PayloadHash,
    PurchaseId,
    RecipientId,
    Slot,
    SubjectId,
    Topic,
    ViolationId,
)
from streams.core.instants import Instant
from streams.core.state import (
    DutyState,
    EventRow,
    Fact,
    FactSource,
    Published,
    PublishedDuty,
    Verdict,
)
from streams.core.vocabulary import (
    Actor,
    AgeBand,
    Channel,
    Code,
    ConsentAction,
    ConsentMethod,
    Consideration,
    ContactDetail,
    DataCategory,
    DutyStatus,
    EventType,
    Finality,
    LegalBasis,
    MessagePurpose,
    NotificationKind,
    Protection,
    PurchaseAction,
    Purpose,
    Reason,
    RecipientRole,
    Severity,
    ShareMechanism,
    Status,
    TransferMechanism,
    Trigger,
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

VERDICT = Verdict(
    code=Code.NO_CONSENT,
    reason=Reason.GRANTED_LATER,
    consent_ids_considered=(ConsentId("c-1"),),
    contributing_codes=(Code.CONSENT_EXPIRED,),
    uncovered_data_categories=(DataCategory.EMAIL,),
    protection_irrelevant=True,
    review_required=True,
    remediated=True,
)


def row(event: Event) -> EventRow:
    """A row with everything that a row can hold."""
    duty = DutyState(
        trigger=Trigger.WITHDRAWN,
        starts_at=AT,
        due_at=Instant(AT + 259_200_000),
        share_ids=(EventId("e-0"),),
        status=DutyStatus.FULFILLED,
        notified_at=Instant(AT + 5),
    )
    return EventRow(
        fact=Fact(
            event=event,
            payload_hash=PayloadHash("ab" * 32),
            ingested_at=Instant(AT + 10),
            source=FactSource("data-share", 3, 1042),
        ),
        policy_digest="d1",
        said={
            Slot("S.BASIS"): Published(
                verdict=VERDICT,
                revision=2,
                status=Status.REVISED,
                final_at=Instant(AT + 2_592_000_000),
                final=True,
                late=True,
            ),
            Slot("S.DPA"): Published(
                verdict=Verdict(code=Code.PROCESSOR_WITHOUT_AGREEMENT),
                revision=1,
                status=Status.OPEN,
                final_at=Instant(AT + 2_592_000_000),
            ),
        },
        duties={ACME: PublishedDuty(duty=duty, revision=1)},
    )


FINDING = Finding(
    violation_id=ViolationId("v-1"),
    revision=2,
    status=Status.REVISED,
    finality=Finality.PROVISIONAL,
    code=Code.NO_CONSENT,
    family="S.BASIS",
    severity=Severity.HIGH,
    reason=Reason.GRANTED_LATER,
    controller_id=ControllerId("OURCO"),
    subject_id=SubjectId("s-1"),
    event_id=EventId("e-1"),
    event_type=EventType.DATA_SHARE,
    occurred_at=AT,
    detected_at=Instant(AT + 10),
    recipient_id=ACME,
    claimed_basis=LegalBasis.CONSENT,
    consent_ids_considered=(ConsentId("c-1"),),
    contributing_codes=(Code.CONSENT_EXPIRED,),
    uncovered_data_categories=(DataCategory.EMAIL,),
    protection_irrelevant=True,
    late_detected=True,
    breach_assessment_required=False,
    review_required=False,
    law_version="l",
    policy_version="p",
    rule_version="r",
    explanation_en="why",
    explanation_nl="waarom, vóór",
    citations=("GDPR 6(1)(a)",),
    remediation_en="what",
    remediation_nl="wat",
)

DUTY = Duty(
    duty_id=ViolationId("v-2"),
    revision=1,
    status=DutyStatus.DUE,
    code="RECIPIENT_NOTIFICATION_DUE",
    severity=Severity.OBLIGATION,
    controller_id=ControllerId("OURCO"),
    subject_id=SubjectId("s-1"),
    trigger_event_type=EventType.CONSENT_CHANGE,
    trigger_event_id=EventId("e-2"),
    trigger="WITHDRAWN",
    recipient_id=ACME,
    starts_at=AT,
    due_at=Instant(AT + 259_200_000),
    share_ids=(EventId("e-1"),),
    notified_at=Instant(AT + 5),
    detected_at=Instant(AT + 10),
    law_version="l",
    policy_version="p",
    rule_version="r",
    explanation_en="why",
    explanation_nl="waarom",
    citations=("GDPR 19",),
    remediation_en="what",
    remediation_nl="wat",
)
