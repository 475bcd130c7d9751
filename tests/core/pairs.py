"""Of every code one history in which it fires and one in which it is silent.

The two differ in little, and that little is what the code is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from streams.core.events import Event
from streams.core.vocabulary import Code
from tests.core.builders import (
    OFFERS,
    OWN,
    When,
    buy,
    grant,
    message,
    notify,
    object_,
    own_grant,
    processor_share,
    refund,
    refuse,
    share,
    withdraw,
)

ON_CONSENT: dict[str, Any] = {"legal_basis_claimed": "CONSENT"}
BY_ACME: dict[str, Any] = {"advertiser_id": "ACME", **ON_CONSENT}
OTHER: dict[str, Any] = {"id": "other", "consent_id": "other"}
LATE: When = 200
"""A clock at which the deadlines of all signals have passed."""


class Pair(NamedTuple):
    """Histories about one person, and the hour up to which time passes."""

    fires: Sequence[Event]
    silent: Sequence[Event]
    clock: When | None = None


PAIRS: dict[Code, Pair] = {
    Code.SHARE_AFTER_OBJECTION: Pair(
        [grant(0), object_(1), share(2)], [grant(0), object_(1, purposes=[OWN]), share(2)]
    ),
    Code.SHARE_AFTER_WITHDRAWAL: Pair(
        [grant(0), withdraw(1), share(2)], [grant(0), withdraw(1, recipient_ids=["B"]), share(2)]
    ),
    Code.SHARE_DESPITE_REFUSAL: Pair(
        [grant(0), refuse(1), share(2)], [grant(0), refuse(1, purposes=[OFFERS]), share(2)]
    ),
    Code.LEGITIMATE_INTEREST_REJECTED: Pair(
        [share(2, legal_basis_claimed="LEGITIMATE_INTEREST")],
        [grant(0), share(2, legal_basis_claimed="LEGITIMATE_INTEREST")],
    ),
    Code.SOFT_OPT_IN_NOT_FOR_SHARING: Pair(
        [buy(0), share(2, legal_basis_claimed="SOFT_OPT_IN")],
        [buy(0), grant(0), share(2, legal_basis_claimed="SOFT_OPT_IN")],
    ),
    Code.OTHER_BASIS_REJECTED: Pair(
        [share(2, legal_basis_claimed="CONTRACT")],
        [share(2, purpose="ORDER_FULFILMENT", legal_basis_claimed="CONTRACT")],
    ),
    Code.NO_CONSENT: Pair([share(2)], [grant(0), share(2)]),
    Code.CONSENT_OTHER_PURPOSE: Pair([grant(0, purposes=[OWN]), share(2)], [grant(0), share(2)]),
    Code.CONSENT_OTHER_RECIPIENT: Pair(
        [grant(0, recipient_ids=["B"]), share(2)], [grant(0, recipient_ids=["B", "ACME"]), share(2)]
    ),
    Code.CONSENT_RECIPIENT_NOT_NAMED: Pair(
        [
            grant(0, recipient_ids=[], recipient_categories=["RETAIL"]),
            share(2, recipient_category="RETAIL"),
        ],
        [grant(0, recipient_categories=["RETAIL"]), share(2, recipient_category="RETAIL")],
    ),
    Code.CONSENT_OTHER_DATA_CATEGORY: Pair(
        [grant(0), share(2, data_categories=["PHONE"])],
        [grant(0, data_categories=["EMAIL", "PHONE"]), share(2, data_categories=["PHONE"])],
    ),
    Code.CONSENT_EXPIRED: Pair(
        [grant(0, expires_at=2), share(2)], [grant(0, expires_at=2.1), share(2)]
    ),
    Code.CONSENT_NOT_AFFIRMATIVE: Pair(
        [grant(0, consent_method="PRE_TICKED"), share(2)],
        [grant(0, consent_method="CHECKBOX_UNTICKED"), share(2)],
    ),
    Code.CONSENT_MINOR_NO_GUARDIAN: Pair(
        [grant(0, age_band="AGE_12_15"), share(2)],
        [grant(0, age_band="AGE_12_15", guardian_consent=True), share(2)],
    ),
    Code.CONSENT_NOT_DEMONSTRABLE: Pair(
        [grant(0, evidence_ref=None), share(2)], [grant(0, evidence_ref="ev-2"), share(2)]
    ),
    Code.CONSENT_NOT_INFORMED: Pair(
        [grant(0, notice_version=None), share(2)], [grant(0, notice_version="v4"), share(2)]
    ),
    Code.CONSENT_NOT_FREE_OR_SPECIFIC: Pair(
        [grant(0, bundled_with_terms=True), share(2)],
        [grant(0, bundled_with_terms=None), share(2)],
    ),
    Code.PROCESSOR_WITHOUT_AGREEMENT: Pair(
        [processor_share(2, processing_agreement_ref=None)], [processor_share(2)]
    ),
    Code.PROCESSOR_OWN_PURPOSES: Pair(
        [processor_share(2, recipient_own_use=True)], [processor_share(2, recipient_own_use=False)]
    ),
    Code.JOINT_CONTROL_WITHOUT_ARRANGEMENT: Pair(
        [grant(0), share(2, recipient_role="JOINT_CONTROLLER")],
        [grant(0), share(2, recipient_role="JOINT_CONTROLLER", arrangement_ref="a-1")],
    ),
    Code.TRANSFER_WITHOUT_SAFEGUARD: Pair(
        [grant(0), share(2, recipient_country="IN")],
        [grant(0), share(2, recipient_country="IN", transfer_mechanism="SCC")],
    ),
    Code.SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT: Pair(
        [grant(0, data_categories=["HEALTH"]), share(2, data_categories=["HEALTH"])],
        [
            grant(0, data_categories=["HEALTH"], consent_method="EXPLICIT_STATEMENT"),
            share(2, data_categories=["HEALTH"]),
        ],
    ),
    Code.PROHIBITED_DATA_CATEGORY: Pair(
        [share(2, data_categories=["BSN"])],
        [share(2, data_categories=["BSN"], purpose="LEGAL_OBLIGATION")],
    ),
    Code.BASIS_RECORD_MISMATCH: Pair(
        [grant(0), share(2, legal_basis_claimed="CONTRACT")], [grant(0), share(2)]
    ),
    Code.MSG_AFTER_OPT_OUT: Pair(
        [buy(0), object_(1), message(2)], [buy(0), object_(1, channels=["SMS"]), message(2)]
    ),
    Code.MSG_THIRD_PARTY_OFFER_NO_CONSENT: Pair(
        [message(2, **BY_ACME)], [grant(0, purposes=[OFFERS]), message(2, **BY_ACME)]
    ),
    Code.MSG_CHANNEL_REQUIRES_CONSENT: Pair(
        [buy(0), message(2, channel="FAX")], [buy(0), message(2, channel="SMS")]
    ),
    Code.MSG_NO_PRIOR_SALE: Pair([message(2)], [buy(0), message(2)]),
    Code.MSG_NOT_SAME_SELLER: Pair(
        [buy(0, seller_controller_id="SISTERCO"), message(2)],
        [buy(0, seller_controller_id="OURCO"), message(2)],
    ),
    Code.MSG_CONTACT_NOT_FROM_SALE: Pair(
        [buy(0, contact_details_obtained=["PHONE"]), message(2)],
        [buy(0, contact_details_obtained=["EMAIL"]), message(2)],
    ),
    Code.MSG_NO_OPT_OUT_AT_COLLECTION: Pair(
        [buy(0, opt_out_offered_at_collection=None), message(2)],
        [buy(0, opt_out_offered_at_collection=True), message(2)],
    ),
    Code.MSG_SALE_REVERSED: Pair(
        [buy(0), refund(1), message(2)], [buy(0), refund(1, purchase_id="p2"), message(2)]
    ),
    Code.MSG_NOT_SIMILAR_PRODUCT: Pair(
        [buy(0), message(2, product_categories=["BOOKS"])],
        [buy(0), message(2, product_categories=["TEA"])],
    ),
    Code.MSG_SOFT_OPT_IN_STALE: Pair(
        [buy("2022-01-01T00:00:00Z"), message(2)], [buy("2026-01-01T00:00:00Z"), message(2)]
    ),
    Code.MSG_NO_VALID_CONSENT: Pair(
        [message(2, **ON_CONSENT)], [own_grant(0), message(2, **ON_CONSENT)]
    ),
    Code.MSG_NO_UNSUBSCRIBE: Pair(
        [buy(0), message(2, unsubscribe_present=False)],
        [buy(0), message(2, unsubscribe_present=None)],
    ),
    Code.MSG_SENDER_NOT_IDENTIFIABLE: Pair(
        [buy(0), message(2, contact_point_present=False)],
        [buy(0), message(2, contact_point_present=None)],
    ),
    Code.RECIPIENT_NOTIFICATION_DUE: Pair(
        [grant(-1), share(0), withdraw(1)], [grant(-1), share(0), refuse(1)]
    ),
    Code.RECIPIENT_NOT_NOTIFIED: Pair(
        [grant(-1), share(0), withdraw(1)], [grant(-1), share(0), withdraw(1), notify(2)], LATE
    ),
    Code.CONSENT_DEFECT_RECORDED: Pair([grant(0, evidence_ref=None)], [grant(0)]),
    Code.EVENT_ID_CONFLICT: Pair(
        [grant(0), grant(0, purposes=[OWN])], [grant(0), own_grant(0, **OTHER)]
    ),
}
"""What is judged of events; records that cannot be judged are in RECORDS."""
