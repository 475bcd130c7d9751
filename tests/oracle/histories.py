"""Random histories in the manner of the conformance cases, from a seeded generator.

Like `tests/property/histories.py` these are dense in coincidences, but drawn as plain
JSON with the values, parties and proportions of the conformance histories.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from tests.oracle.facts import MARKETING, Event

T = TypeVar("T")

STARTS = [datetime.fromisoformat(f"{day}:00+00:00") for day in (
    "2025-11-03T08:00", "2026-06-29T08:00", "2026-09-01T09:00"
)]  # fmt: skip
PARTIES = ["ACME", "BETA", "GAMMA", "MAILCO", "SOCIALX"]
DATA = ["EMAIL", "PHONE", "NAME", "POSTAL_ADDRESS", "BIRTH_DATE"]
GOODS = ["COFFEE", "TEA", "BOOKS", "INSURANCE"]
KINDS = ["GROUP_COMPANY", "SOCIAL_MEDIA", "MAIL_HOUSE", "AD_PLATFORM", "ADVERTISER", "DATA_BROKER"]
CHANNELS = ["EMAIL"] * 5 + ["SMS", "SMS", "PHONE_HUMAN", "POST", "PUSH", "INBOX_AD"]
TPDM = MARKETING[0]


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class Teller:
    """Makes one history; every draw comes from the seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.start = self.one(STARTS)
        self.consents: list[str] = []
        self.sales: list[str] = []

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, values: Sequence[T]) -> T:
        return self.random.choice(values)

    def history(self) -> tuple[list[Event], str | None]:
        """Events in arrival order, some redelivered or in conflict, and a clock."""
        hours = self.one([6, 24, 95, 95, 95])
        moments = sorted(
            self.start + timedelta(minutes=30 * self.random.randrange(2 * hours))
            for _ in range(self.random.choice([4, 5, 8, 9, 12, 13, 20, 21, 32]))
        )
        events = [self.event(number, moment) for number, moment in enumerate(moments)]
        if self.chance(0.15):
            events.append(self.conflict(self.one(events)))
        if self.chance(0.4):
            events += self.random.sample(events, k=1)
        self.random.shuffle(events)
        ends = [None, timedelta(hours=1), timedelta(hours=self.random.randrange(400)),
                timedelta(days=30)]  # fmt: skip
        after = self.one(ends)
        return events, None if after is None else iso(moments[-1] + after)

    def some(self, values: list[str], most: int) -> list[str]:
        return self.random.sample(values, k=self.random.randint(1, most))

    def conflict(self, event: Event) -> Event:
        """Another payload under the same id."""
        later = datetime.fromisoformat(event["occurred_at"]) + timedelta(minutes=1)
        other = event | {"occurred_at": iso(later)}
        if self.chance(0.5):
            other["recorded_at"] = iso(later)
        return other

    def event(self, number: int, moment: datetime) -> Event:
        at = iso(moment)
        envelope = {
            # Ids of different types may be equal: they are different events.
            "event_id": f"e{number if self.chance(0.9) else self.random.randrange(6):02d}",
            "controller_id": "OURCO",
            "subject_id": "s-1",
            "occurred_at": at,
            "recorded_at": at,
            "source_system": "oracle",
        }
        kind = self.random.choices("GSDMPN", weights=[20, 12, 34, 18, 10, 6])[0]
        match kind:
            case "G":
                return envelope | self.grant(number, moment)
            case "S":
                return envelope | self.signal()
            case "D":
                return envelope | self.share()
            case "M":
                return envelope | self.message()
            case "P":
                return envelope | self.purchase(number, moment)
            case _:
                return envelope | self.notification()

    def grant(self, number: int, moment: datetime) -> Event:
        late = self.random.choices(
            [0, 24 * 3_600_000, 24 * 3_600_000 + 1, 7 * 86_400_000, 31 * 86_400_000],
            weights=[10, 2, 1, 1, 1],
        )[0]
        lasting = timedelta(hours=self.random.randrange(1, 96))
        expires = self.one([None, None, None, lasting, lasting + timedelta(milliseconds=1)])
        made = {
            "event_type": "consent-change",
            "recorded_at": iso(moment + timedelta(milliseconds=late)),
            "action": "GRANTED",
            "consent_id": f"c{number:02d}" if self.chance(0.95) or not self.consents
            else self.one(self.consents),
            "purposes": [self.random.choices(MARKETING, weights=[6, 4, 2, 2])[0]],
            "recipient_ids": [] if self.chance(0.3) else self.some([*PARTIES, "SISTERCO"], 3),
            "recipient_categories": ["RETAIL"] if self.chance(0.35) else [],
            "data_categories": self.some([*DATA, "HEALTH"], 6),
            "channels": self.one([[], [], [], ["EMAIL"], ["EMAIL", "SMS"], ["INBOX_AD"]]),
            "topics": self.one([[], [], [], ["club"], ["club", "deals"]]),
            "verified_contact": self.one([[], ["EMAIL"], ["PHONE"]]),
            "consent_method": self.random.choices(
                ["CHECKBOX_UNTICKED", "BUTTON", "EXPLICIT_STATEMENT", "WRITTEN_SIGNED",
                 "ORAL_RECORDED", "PRE_TICKED"],
                weights=[10, 3, 4, 3, 2, 1],
            )[0],
            "notice_version": None if self.chance(0.08) else "v3",
            "evidence_ref": None if self.chance(0.05) else "ev-1",
            "separate_act": not self.chance(0.04),
            "bundled_with_terms": self.chance(0.04),
            "condition_of_service": self.chance(0.02),
            "age_band": self.one(["ADULT"] * 7 + ["UNDER_16", "UNKNOWN", "AGE_16_17"]),
            "guardian_consent": self.chance(0.5),
            "expires_at": None if expires is None else iso(moment + expires),
            "replaces_consent_id": self.one(self.consents)
            if self.consents and self.chance(0.15)
            else None,
        }  # fmt: skip
        self.consents.append(str(made["consent_id"]))
        return made

    def signal(self) -> Event:
        action = self.random.choices(
            ["WITHDRAWN", "OBJECTED", "REFUSED", "ERASED"], weights=[10, 5, 4, 1]
        )[0]
        if self.consents and self.chance(0.2):
            cited = self.one(self.consents)
            return {"event_type": "consent-change", "action": action, "consent_id": cited}
        wide = action in {"OBJECTED", "ERASED"} and self.chance(0.4)
        return {
            "event_type": "consent-change",
            "action": action,
            "purposes": [] if wide or self.chance(0.03) else self.some(list(MARKETING), 2),
            "recipient_ids": [] if self.chance(0.5)
            else self.some([*PARTIES, "SISTERCO", "OURCO"], 2),
            "recipient_categories": ["RETAIL"] if self.chance(0.1) else [],
            "channels": self.one([[], [], [], ["EMAIL"], ["EMAIL", "SMS"]]),
            "topics": self.one([[], [], [], ["club"], ["deals"]]),
            "consent_id": self.one(self.consents) if self.consents and self.chance(0.15) else None,
            "actor": "SUBJECT",
        }  # fmt: skip

    def share(self) -> Event:
        roles = ["THIRD_PARTY", "PROCESSOR", "JOINT_CONTROLLER", "UNKNOWN", "OWN_CONTROLLER"]
        role = self.random.choices(roles, weights=[9, 4, 2, 2, 1])[0]
        own = role == "OWN_CONTROLLER" and self.chance(0.6)
        purposes = [*MARKETING, "ORDER_FULFILMENT", "ANALYTICS", "OTHER", "SUPPRESSION"]
        odd = [c for c, p in (("HEALTH", 0.12), ("BSN", 0.05)) if self.chance(p)]
        return {
            "event_type": "data-share",
            "recipient_id": "OURCO" if own else self.one(PARTIES),
            "recipient_role": role,
            "recipient_category": "RETAIL" if self.chance(0.35) else None,
            "recipient_kind": self.one(KINDS) if self.chance(0.35) else None,
            "recipient_own_use": self.chance(0.15),
            "recipient_country": self.one(["NL", "NL", "DE", "GB", "US", "IN"]),
            "purpose": self.random.choices(purposes, weights=[10, 4, 3, 2, 1, 1, 1, 1])[0],
            "data_categories": self.some(DATA, 2) + odd,
            "legal_basis_claimed": self.random.choices(
                ["CONSENT", "LEGITIMATE_INTEREST", "NONE", "SOFT_OPT_IN", "CONTRACT"],
                weights=[10, 2, 2, 1, 1],
            )[0],
            "protection": self.one(["NONE", "HASHED", "ENCRYPTED"]),
            "processing_agreement_ref": self.one([None, "dpa-1", "dpa-1"]),
            "arrangement_ref": self.one([None, "arr-1"]),
            "transfer_mechanism": self.one([None, "SCC", "DPF", "BCR"]),
            "lia_ref": None,
        }

    def message(self) -> Event:
        sender = "SISTERCO" if self.chance(0.18) else "OURCO"
        return {
            "event_type": "marketing-message",
            "message_purpose": "SERVICE" if self.chance(0.12) else "MARKETING",
            "contains_promotion": self.one([None, False, True]),
            "channel": self.one(CHANNELS),
            "topic": self.one([None, None, "club", "deals"]),
            "sender_controller_id": sender,
            "advertiser_id": sender if self.chance(0.75) else self.one([*PARTIES, "OURCO"]),
            "product_categories": self.some(GOODS, 2),
            "legal_basis_claimed": self.one(
                ["SOFT_OPT_IN", "SOFT_OPT_IN", "CONSENT", "NONE", "LEGITIMATE_INTEREST"]
            ),
            "unsubscribe_present": not self.chance(0.18),
            "sender_identity_present": not self.chance(0.05),
            "contact_point_present": not self.chance(0.05),
            "caller_id_shown": not self.chance(0.1),
        }

    def purchase(self, number: int, moment: datetime) -> Event:
        made: dict[str, Any] = {"event_type": "purchase"}
        if self.sales and self.chance(0.3):
            action = self.one(["CANCELLED", "REFUNDED_FULL", "REFUNDED_PARTIAL"])
            made |= {"action": action, "purchase_id": self.one(self.sales)}
            if action == "REFUNDED_PARTIAL":
                made["product_categories"] = self.some(GOODS, 2)
            return made
        self.sales.append(f"p{number:02d}")
        return made | {
            "action": "PURCHASED",
            "purchase_id": f"p{number:02d}",
            "seller_controller_id": "SISTERCO" if self.chance(0.2) else "OURCO",
            "product_categories": self.some(GOODS, 3),
            "contact_details_obtained": self.one([["EMAIL"], ["PHONE"], ["EMAIL", "PHONE"], []]),
            "opt_out_offered_at_collection": not self.chance(0.15),
            "opt_out_exercised_at_collection": self.chance(0.1),
            "consideration": self.one(["DIRECT", "DIRECT", "INDIRECT_FREEMIUM"]),
            "relationship_ends_at": iso(moment + timedelta(days=1)) if self.chance(0.1) else None,
        }

    def notification(self) -> Event:
        return {
            "event_type": "recipient-notification",
            "recipient_id": self.one(PARTIES),
            "kind": "WITHDRAWAL",
        }
