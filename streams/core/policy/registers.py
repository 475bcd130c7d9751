"""The dated registers that outrank what a producer claims (legal model 3.1, P22).

An entry holds from `valid_from` (inclusive) until the next entry of the same id.
"""

from __future__ import annotations

import msgspec

from streams.core.identifiers import ControllerId, RecipientId
from streams.core.instants import EARLIEST, LATEST, Instant, parse_instant
from streams.core.vocabulary import Purpose, RecipientRole, TransferMechanism

NO_REFERENCE = "NONE"
"""In the register: no agreement or arrangement is in force, whatever a producer claims."""

EEA = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
    " IS LI NO"
    " AX GF GP MF MQ RE YT".split()
)
"""The European Economic Area, where no transfer in the sense of GDPR 44 takes place.

The last seven are Union territory under a code of its own (TFEU 349, 355(1), (4)); overseas
countries and territories (TFEU 355(2)) lie outside.
"""


class RecipientEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the DPO established about a recipient; None leaves the producer's claim."""

    recipient_id: RecipientId
    valid_from: Instant = EARLIEST
    role: RecipientRole | None = None
    legal_entity: str | None = None
    kind: str | None = None
    category: str | None = None
    country: str | None = None
    own_use: bool | None = None
    processing_agreement_ref: str | None = None
    arrangement_ref: str | None = None
    transfer_mechanism: TransferMechanism | None = None


class NoticeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a privacy notice says (GDPR 13): who, why, to whom, and that one may withdraw.

    None or empty: not stated. `defect` says what is misleading about the notice or its form; empty
    or NONE says that nothing is.
    """

    notice_version: str
    valid_from: Instant = EARLIEST
    controller_id: ControllerId | None = None
    purposes: tuple[Purpose, ...] = ()
    recipient_ids: tuple[RecipientId, ...] = ()
    recipient_categories: tuple[str, ...] = ()
    right_to_withdraw: bool | None = None
    defect: str | None = None

    @property
    def is_mark(self) -> bool:
        """Whether it says from when on there is a defect or none, and no more (3.1)."""
        lists = self.purposes or self.recipient_ids or self.recipient_categories
        others = self.controller_id, self.right_to_withdraw
        return self.defect is not None and not lists and others == (None, None)

    @property
    def is_defective(self) -> bool:
        """Whether consents that rest on it are invalid."""
        return self.defect not in (None, "", NO_REFERENCE)


class AdequacyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A country with an adequacy decision (GDPR 45), `valid_until` exclusive."""

    country: str
    valid_from: Instant = EARLIEST
    valid_until: Instant = LATEST
    mechanism: TransferMechanism | None = None


ADEQUATE_UNDATED = "AD AR BR CA CH FO GB GG IL IM JE JP KR NZ UY".split()

DEFAULT_ADEQUACY = (
    *(AdequacyEntry(country=c) for c in ADEQUATE_UNDATED if c not in {"JP", "KR", "BR"}),
    AdequacyEntry(country="JP", valid_from=parse_instant("2019-01-23T00:00:00+01:00")),
    AdequacyEntry(country="KR", valid_from=parse_instant("2021-12-17T00:00:00+01:00")),
    AdequacyEntry(country="BR", valid_from=parse_instant("2026-01-01T00:00:00+01:00")),
    AdequacyEntry(
        country="US",
        valid_from=parse_instant("2023-07-10T00:00:00+02:00"),
        mechanism=TransferMechanism.DPF,
    ),
)
"""Legal model 6; the DPO confirms the dates. GB counted as a member state before 2021."""

UNDATED_ADEQUACY = (
    *(AdequacyEntry(country=c) for c in ADEQUATE_UNDATED),
    AdequacyEntry(country="US", mechanism=TransferMechanism.DPF),
)
"""The same list without dates, as the conformance cases use it."""


class Registers(msgspec.Struct, frozen=True, kw_only=True):
    """The registers as given; empty ones leave the producers' claims standing.

    A register of recipients that is not empty makes everybody else in it an unknown
    recipient (P18). A register of notices that says what any of them informs of knows no
    other version; one of marks alone knows every version.
    """

    recipients: tuple[RecipientEntry, ...] = ()
    notices: tuple[NoticeEntry, ...] = ()
    adequacy: tuple[AdequacyEntry, ...] = DEFAULT_ADEQUACY

    @property
    def knows_recipients(self) -> bool:
        """Whether a recipient without an entry is unknown: at all times, whatever their dates."""
        return bool(self.recipients)

    @property
    def knows_notices(self) -> bool:
        """Whether a version without an entry is unknown, likewise; marks do not count."""
        return not all(entry.is_mark for entry in self.notices)

    def until(self, instant: Instant) -> Registers:
        """The registers without what begins or ends after `instant`."""
        return Registers(
            recipients=tuple(e for e in self.recipients if e.valid_from <= instant),
            notices=tuple(e for e in self.notices if e.valid_from <= instant),
            adequacy=tuple(
                e if e.valid_until <= instant else msgspec.structs.replace(e, valid_until=LATEST)
                for e in self.adequacy
                if e.valid_from <= instant
            ),
        )
