"""The five events that Consentry judges (legal model 3.2 to 3.7).

`occurred_at` is the legally relevant instant: a grant when the act was done, a
withdrawal or objection when it reached any channel of the controller, a share when
data left, a message when it was sent. Fields that the model does not call mandatory
may be absent. Purely evidential fields are kept, though no rule reads them.
"""

from __future__ import annotations

import msgspec

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
    AgeBand,
    Channel,
    ConsentAction,
    ConsentMethod,
    Consideration,
    ContactDetail,
    DataCategory,
    EventType,
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


class Envelope(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What every event carries (legal model 3.2)."""

    event_id: EventId
    controller_id: ControllerId
    subject_id: SubjectId
    occurred_at: Instant
    recorded_at: Instant
    source_system: str | None = None
    schema_version: str | None = None
    trace_id: str | None = None


class ConsentChange(Envelope, frozen=True, kw_only=True, tag=EventType.CONSENT_CHANGE.value,
                    tag_field="event_type"):  # fmt: skip
    """A grant, or a negative signal: refusal, withdrawal, objection or erasure request."""

    action: ConsentAction
    purposes: tuple[Purpose, ...] = ()
    recipient_ids: tuple[RecipientId, ...] = ()
    recipient_categories: tuple[str, ...] = ()
    data_categories: tuple[DataCategory, ...] = ()
    channels: tuple[Channel, ...] = ()
    topics: tuple[Topic, ...] = ()
    consent_id: ConsentId | None = None
    consent_method: ConsentMethod | None = None
    notice_version: str | None = None
    evidence_ref: str | None = None
    separate_act: bool | None = None
    bundled_with_terms: bool | None = None
    condition_of_service: bool | None = None
    age_band: AgeBand | None = None
    under_guardianship: bool | None = None
    guardian_consent: bool | None = None
    guardian_evidence_ref: str | None = None
    verified_contact: tuple[ContactDetail, ...] = ()
    expires_at: Instant | None = None
    replaces_consent_id: ConsentId | None = None
    actor: str | None = None
    via: str | None = None


class Purchase(Envelope, frozen=True, kw_only=True, tag=EventType.PURCHASE.value,
               tag_field="event_type"):  # fmt: skip
    """A sale, its refund or its cancellation."""

    action: PurchaseAction
    purchase_id: PurchaseId
    seller_controller_id: ControllerId | None = None
    product_categories: tuple[str, ...] = ()
    contact_details_obtained: tuple[ContactDetail, ...] = ()
    opt_out_offered_at_collection: bool | None = None
    opt_out_exercised_at_collection: bool | None = None
    consideration: Consideration | None = None
    relationship_ends_at: Instant | None = None


class DataShare(Envelope, frozen=True, kw_only=True, tag=EventType.DATA_SHARE.value,
                tag_field="event_type"):  # fmt: skip
    """Personal data that left for a recipient."""

    recipient_id: RecipientId
    purpose: Purpose
    share_id: str | None = None
    recipient_role: RecipientRole | None = None
    recipient_kind: str | None = None
    recipient_category: str | None = None
    recipient_own_use: bool | None = None
    recipient_country: str | None = None
    data_categories: tuple[DataCategory, ...] = ()
    legal_basis_claimed: LegalBasis | None = None
    consent_ref: ConsentId | None = None
    protection: Protection | None = None
    transfer_mechanism: TransferMechanism | None = None
    processing_agreement_ref: str | None = None
    arrangement_ref: str | None = None
    lia_ref: str | None = None
    mechanism: ShareMechanism | None = None


class MarketingMessage(Envelope, frozen=True, kw_only=True, tag=EventType.MARKETING_MESSAGE.value,
                       tag_field="event_type"):  # fmt: skip
    """A message that was sent to the person."""

    message_purpose: MessagePurpose
    channel: Channel
    topic: Topic | None = None
    sender_controller_id: ControllerId | None = None
    message_id: str | None = None
    contains_promotion: bool | None = None
    advertiser_id: RecipientId | None = None
    product_categories: tuple[str, ...] = ()
    legal_basis_claimed: LegalBasis | None = None
    unsubscribe_present: bool | None = None
    sender_identity_present: bool | None = None
    contact_point_present: bool | None = None
    caller_id_shown: bool | None = None


class RecipientNotification(Envelope, frozen=True, kw_only=True,
                            tag=EventType.RECIPIENT_NOTIFICATION.value,
                            tag_field="event_type"):  # fmt: skip
    """A recipient was notified; `occurred_at` is `sent_at` of the model."""

    recipient_id: RecipientId
    trigger_event_id: EventId | None = None
    kind: NotificationKind | None = None
    acknowledged_at: Instant | None = None


Event = ConsentChange | Purchase | DataShare | MarketingMessage | RecipientNotification

INSTANT_FIELDS = frozenset(
    {"occurred_at", "recorded_at", "expires_at", "relationship_ends_at", "acknowledged_at"}
)
"""The fields that hold instants: text in JSON, timestamp-millis in Avro."""

ID_FIELDS = frozenset(
    {
        "event_id", "subject_id", "controller_id", "recipient_id", "recipient_ids", "consent_id",
        "consent_ref", "replaces_consent_id", "purchase_id", "share_id", "message_id", "topic",
        "topics", "notice_version", "source_system", "trigger_event_id", "sender_controller_id",
        "seller_controller_id", "advertiser_id", "recipient_category", "recipient_categories",
    }
)  # fmt: skip
"""The fields that hold ids, or are written like ids (legal model 3.2)."""

EVENT_CLASSES: dict[EventType, type[Event]] = {
    EventType.CONSENT_CHANGE: ConsentChange,
    EventType.PURCHASE: Purchase,
    EventType.DATA_SHARE: DataShare,
    EventType.MARKETING_MESSAGE: MarketingMessage,
    EventType.RECIPIENT_NOTIFICATION: RecipientNotification,
}
