"""Flaws of the arrangement with the recipient or of the data themselves (S20 to S26)."""

from __future__ import annotations

from streams.core.instants import days
from streams.core.vocabulary import DataCategory, LegalBasis, Purpose
from streams.dev.samples.retailer import (
    ADDRESS,
    CALL_CENTRE,
    CARRIER,
    CONTACT,
    GAMES_US,
    INSURER,
    LOYALTY,
    MAILER,
    PARTNERS,
    PRINTER,
    SampleRecipient,
)
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.stories_clean import OWN, TPDM
from streams.dev.samples.story import Beside, Story


def _shared_with_consent(
    s: Scribe,
    recipient: SampleRecipient,
    code: str,
    *,
    data: tuple[DataCategory, ...] = CONTACT,
    basis: LegalBasis = LegalBasis.CONSENT,
) -> None:
    """A share that a valid consent covers, so that only `code` is wrong with it."""
    at = s.start(days(30))
    s.grant(at, TPDM, recipients=(recipient,), data=data)
    s.expect(s.share(s.later(at, days(1), days(20)), recipient, TPDM, data, basis), code)


def _no_agreement(s: Scribe) -> None:
    supplier = s.rng.choice((MAILER, PRINTER, CALL_CENTRE))._replace(agreement=None)
    share = s.share(s.start(days(2)), supplier, OWN, CONTACT, LegalBasis.SOFT_OPT_IN)
    s.expect(share, "PROCESSOR_WITHOUT_AGREEMENT")


def _supplier_helps_itself(s: Scribe) -> None:
    """The mailing service also advertises for itself: a third party, and no consent."""
    supplier = MAILER._replace(own_use=True)
    share = s.share(s.start(days(2)), supplier, OWN, CONTACT, LegalBasis.CONTRACT)
    s.expect(share, "PROCESSOR_OWN_PURPOSES", "OTHER_BASIS_REJECTED")


def _supplier_named_in_consent(s: Scribe) -> None:
    """Called a processor, named as a third party in the consent: only the label is wrong."""
    _shared_with_consent(s, CALL_CENTRE, "PROCESSOR_OWN_PURPOSES")


def _no_arrangement(s: Scribe) -> None:
    recipient = LOYALTY._replace(arrangement=None)
    _shared_with_consent(s, recipient, "JOINT_CONTROL_WITHOUT_ARRANGEMENT")


def _transfer_without_clauses(s: Scribe) -> None:
    recipient = GAMES_US._replace(transfer=None)
    _shared_with_consent(s, recipient, "TRANSFER_WITHOUT_SAFEGUARD")


def _parcel_abroad(s: Scribe) -> None:
    """The chapter on transfers asks no purpose: a carrier's help desk in a third country."""
    share = s.share(
        s.start(days(2)),
        CARRIER._replace(country=s.rng.choice(("IN", "CN", "ZA"))),
        Purpose.ORDER_FULFILMENT,
        ADDRESS,
        LegalBasis.CONTRACT,
    )
    s.expect(share, "TRANSFER_WITHOUT_SAFEGUARD")


def _health_ticked(s: Scribe) -> None:
    """A tick is consent, but health data ask for an explicit one."""
    special = s.rng.choice((DataCategory.HEALTH, DataCategory.RELIGION))
    _shared_with_consent(
        s, INSURER, "SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT", data=(*CONTACT, special)
    )


def _national_number(s: Scribe) -> None:
    """Even consent cannot put a BSN on a marketing file."""
    data = (*CONTACT, DataCategory.BSN)
    _shared_with_consent(s, INSURER, "PROHIBITED_DATA_CATEGORY", data=data)


def _prohibited_to_supplier(s: Scribe) -> None:
    data = (*ADDRESS, s.rng.choice((DataCategory.BSN, DataCategory.CRIMINAL_OFFENCE)))
    share = s.share(s.start(days(2)), PRINTER, OWN, data, LegalBasis.LEGITIMATE_INTEREST)
    s.expect(share, "PROHIBITED_DATA_CATEGORY")


def _wrong_basis_recorded(s: Scribe) -> None:
    """Lawful on consent; the register of processing says something else, or nothing."""
    basis = s.rng.choice((LegalBasis.LEGITIMATE_INTEREST, LegalBasis.CONTRACT, LegalBasis.NONE))
    _shared_with_consent(s, s.rng.choice(PARTNERS), "BASIS_RECORD_MISMATCH", basis=basis)


def _mail_basis_recorded(s: Scribe) -> None:
    """Mail to a customer, in order as such, recorded as resting on a consent never given."""
    at = s.start(days(30))
    s.buy(at, "LAPTOP")
    mail = s.message(s.later(at, days(1), days(20)), LegalBasis.CONSENT, "MONITOR")
    s.expect(mail, "BASIS_RECORD_MISMATCH")


STORIES = (
    Story("no-agreement", _no_agreement, 2),
    Story("supplier-helps-itself", _supplier_helps_itself, 1),
    Story("supplier-named-in-consent", _supplier_named_in_consent, 1),
    Story("no-arrangement", _no_arrangement, 1),
    Story("transfer-without-clauses", _transfer_without_clauses, 1),
    Story("parcel-abroad", _parcel_abroad, 1),
    Story("health-data-on-a-tick", _health_ticked, 1),
    Story("national-number", _national_number, 1),
    Story("prohibited-data-to-supplier", _prohibited_to_supplier, 1),
    Story("wrong-basis-recorded", _wrong_basis_recorded, 2),
    Story("mail-basis-recorded", _mail_basis_recorded, 1, Beside.ORDERS | Beside.SUPPLIERS),
)
