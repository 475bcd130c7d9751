"""The verbs that a story is written with: grant, signal, buy, share, message, notify.

Each writes the event of an honest shop; a story says by `changes` where it departs.
"""

from __future__ import annotations

from typing import Any

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import ConsentId, PurchaseId, RecipientId
from streams.core.instants import Duration, Instant, days
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
    ShareMechanism,
)
from streams.dev.samples.notebook import Notebook
from streams.dev.samples.retailer import CONTROLLER, NOTICES, SampleRecipient


class Scribe(Notebook):
    """Writes one subject's history."""

    def grant(
        self,
        at: Instant,
        purpose: Purpose,
        *,
        recipients: tuple[SampleRecipient, ...] = (),
        data: tuple[DataCategory, ...] = (),
        channels: tuple[Channel, ...] = (),
        method: ConsentMethod = ConsentMethod.CHECKBOX_UNTICKED,
        recorded: Instant | None = None,
        **changes: Any,
    ) -> ConsentChange:
        """A consent that can be relied on, unless `changes` make it defective."""
        number = len(self.events)
        event = ConsentChange(
            **self._envelope("crm", at, recorded),
            action=ConsentAction.GRANTED,
            consent_id=ConsentId(f"c-{self._code}-{number}"),
            purposes=(purpose,),
            recipient_ids=tuple(recipient.id for recipient in recipients),
            data_categories=data,
            channels=channels,
            consent_method=method,
            notice_version=self.rng.choice(NOTICES),
            evidence_ref=f"ev-{self._code}-{number}",
            separate_act=True,
            bundled_with_terms=False,
            condition_of_service=False,
            age_band=AgeBand.ADULT,
        )
        return self._write(event, changes)

    def signal(
        self,
        at: Instant,
        action: ConsentAction,
        *purposes: Purpose,
        channels: tuple[Channel, ...] = (),
        via: str = "ACCOUNT",
        recorded: Instant | None = None,
        **changes: Any,
    ) -> ConsentChange:
        """A refusal, withdrawal, objection or request for erasure."""
        event = ConsentChange(
            **self._envelope("crm", at, recorded),
            action=action,
            purposes=purposes,
            channels=channels,
            actor=Actor.SUBJECT,
            via=via,
        )
        return self._write(event, changes)

    def buy(self, at: Instant, *products: str, **changes: Any) -> Purchase:
        """A paid order in our own shop, with e-mail collected and an opt-out offered."""
        event = Purchase(
            **self._envelope("shop", at),
            action=PurchaseAction.PURCHASED,
            purchase_id=PurchaseId(f"order-{self._code}-{len(self.events)}"),
            seller_controller_id=CONTROLLER,
            product_categories=products,
            contact_details_obtained=(ContactDetail.EMAIL,),
            opt_out_offered_at_collection=True,
            opt_out_exercised_at_collection=False,
            consideration=Consideration.DIRECT,
        )
        return self._write(event, changes)

    def reverse(
        self, at: Instant, order: Purchase, action: PurchaseAction, *products: str
    ) -> Purchase:
        """The refund (of `products` if partial) or cancellation of `order`."""
        event = Purchase(
            **self._envelope("shop", at),
            action=action,
            purchase_id=order.purchase_id,
            seller_controller_id=order.seller_controller_id,
            product_categories=products,
        )
        return self._write(event, {})

    def share(
        self,
        at: Instant,
        recipient: SampleRecipient,
        purpose: Purpose,
        data: tuple[DataCategory, ...],
        basis: LegalBasis,
        **changes: Any,
    ) -> DataShare:
        """Data that left for `recipient`, described as the register would."""
        event = DataShare(
            **self._envelope(
                "feed", at, Instant(at + self.between(Duration(2_000), Duration(2_400_000)))
            ),
            share_id=f"batch-{at // days(1) % 1000}-{recipient.id.lower()}",
            recipient_id=recipient.id,
            recipient_role=recipient.role,
            recipient_kind=recipient.kind,
            recipient_category=recipient.category,
            recipient_own_use=recipient.own_use,
            recipient_country=recipient.country,
            purpose=purpose,
            data_categories=data,
            legal_basis_claimed=basis,
            protection=self.rng.choice(tuple(Protection)),
            transfer_mechanism=recipient.transfer,
            processing_agreement_ref=recipient.agreement,
            arrangement_ref=recipient.arrangement,
            mechanism=self.rng.choice((ShareMechanism.FILE, ShareMechanism.API)),
        )
        return self._write(event, changes)

    def message(
        self,
        at: Instant,
        basis: LegalBasis,
        *products: str,
        channel: Channel = Channel.EMAIL,
        **changes: Any,
    ) -> MarketingMessage:
        """Advertising for ourselves, with sender, contact point and a way to unsubscribe."""
        number = len(self.events)
        call = channel in (Channel.PHONE_HUMAN, Channel.AUTOMATED_CALL)
        event = MarketingMessage(
            **self._envelope("call" if call else "mail", at),
            message_id=f"m-{self._code}-{number}",
            message_purpose=MessagePurpose.MARKETING,
            contains_promotion=True,
            channel=channel,
            sender_controller_id=CONTROLLER,
            advertiser_id=RecipientId(CONTROLLER),
            product_categories=products,
            legal_basis_claimed=basis,
            unsubscribe_present=True,
            sender_identity_present=True,
            contact_point_present=True,
            caller_id_shown=True if call else None,
        )
        return self._write(event, changes)

    def notify(
        self, at: Instant, recipient: SampleRecipient, trigger: Event, kind: NotificationKind
    ) -> RecipientNotification:
        """We notified `recipient` about `trigger`."""
        event = RecipientNotification(
            **self._envelope("dpo", at),
            recipient_id=recipient.id,
            trigger_event_id=trigger.event_id,
            kind=kind,
        )
        return self._write(event, {})
