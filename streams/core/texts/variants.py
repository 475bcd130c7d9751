"""Texts of open findings where the reason says more than the code (legal model 4.7).

A reason without an entry leaves the texts of the code as they are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from streams.core.texts.wording import Bilingual
from streams.core.vocabulary import Cause, Code, Reason


class Variant(StrEnum):
    """Texts of a code beside those that its reasons have."""

    ENDED_BY_ID = "ENDED_BY_ID"
    """NO_CONSENT where the consent was ended by its id (4.1, A6)."""


EXPLANATIONS: Final[dict[Code, dict[Cause | Variant, Bilingual]]] = {
    Code.SHARE_AFTER_OBJECTION: {
        Reason.ERASED: Bilingual(
            "The person asked for erasure before this share was made; from that moment the data "
            "may not be shared for direct marketing.",
            "De betrokkene had vóór deze verstrekking om wissing verzocht; vanaf dat moment mogen "
            "de gegevens niet voor direct marketing worden verstrekt.",
        ),
    },
    Code.NO_CONSENT: {
        Reason.GRANTED_LATER: Bilingual(
            "The person gave consent only after the data had been shared; a consent that is "
            "obtained later does not repair that.",
            "De betrokkene gaf pas toestemming nadat de gegevens waren verstrekt; toestemming die "
            "later is verkregen, herstelt dat niet.",
        ),
        Reason.CITED_CONSENT_UNKNOWN: Bilingual(
            "The consent that the sender refers to is not on record, and no other consent covers "
            "this sharing.",
            "De toestemming waarnaar de afzender verwijst, is niet vastgelegd, en geen andere "
            "toestemming dekt deze verstrekking.",
        ),
        Variant.ENDED_BY_ID: Bilingual(
            "The person had withdrawn or refused the consent for this sharing, referred to by its "
            "own number, before the data were shared; so no consent was in force.",
            "De betrokkene had de toestemming voor deze verstrekking, aangeduid met haar eigen "
            "nummer, vóór de verstrekking ingetrokken of geweigerd; er gold dus geen toestemming.",
        ),
    },
    Code.CONSENT_NOT_INFORMED: {
        Reason.NOTICE_DEFECTIVE: Bilingual(
            "The notice or form behind this consent is marked as misleading, so the person was "
            "not properly informed.",
            "De tekst of het formulier achter deze toestemming is als misleidend aangemerkt; de "
            "betrokkene is dus niet goed geïnformeerd.",
        ),
    },
    Code.MSG_AFTER_OPT_OUT: {
        Reason.REFUSED: Bilingual(
            "A marketing message was sent although the person had refused such messages.",
            "Er is een reclamebericht gestuurd hoewel de betrokkene zulke berichten had geweigerd.",
        ),
        Reason.ERASED: Bilingual(
            "A marketing message was sent although the person had asked for erasure.",
            "Er is een reclamebericht gestuurd hoewel de betrokkene om wissing had verzocht.",
        ),
    },
    Code.MSG_SENDER_NOT_IDENTIFIABLE: {
        Reason.SENDER_IDENTITY: Bilingual(
            "The message does not show who its true sender is.",
            "Het bericht vermeldt niet wie de werkelijke afzender is.",
        ),
        Reason.CONTACT_POINT: Bilingual(
            "The message gives no valid address or number at which the person can ask to stop.",
            "Het bericht vermeldt geen geldig adres of nummer waar de persoon kan vragen om te "
            "stoppen.",
        ),
        Reason.CALLER_ID: Bilingual(
            "The call did not show the number of the caller.",
            "Bij het gesprek werd het nummer van de beller niet getoond.",
        ),
    },
}
"""In place of the explanation of the code, by code and reason."""

REMEDIATIONS: Final[dict[Code, dict[Cause | Variant, Bilingual]]] = {
    Code.NO_CONSENT: {
        Variant.ENDED_BY_ID: Bilingual(
            "Stop this transfer, have the data that were shared erased by the recipient, and find "
            "the system that still relied on a consent that had ended.",
            "Stop deze verstrekking, laat de ontvanger de verstrekte gegevens wissen en zoek het "
            "systeem dat nog uitging van een toestemming die was geëindigd.",
        ),
    },
    Code.CONSENT_NOT_INFORMED: {
        Reason.NOTICE_DEFECTIVE: Bilingual(
            "Replace the notice or form that is marked as misleading, stop all use of consents "
            "that were given through it, and ask each person again.",
            "Vervang de tekst of het formulier dat als misleidend is aangemerkt, stop elk gebruik "
            "van toestemmingen die zo zijn gegeven en vraag iedere persoon opnieuw.",
        ),
    },
    Code.MSG_NO_VALID_CONSENT: {
        Reason.NOTICE_DEFECTIVE: Bilingual(
            "Stop these messages to everybody who consented through the notice or form that is "
            "marked as misleading, replace it, and ask each person again.",
            "Stop deze berichten aan iedereen die instemde via de tekst of het formulier dat als "
            "misleidend is aangemerkt, vervang het en vraag iedere persoon opnieuw.",
        ),
    },
    Code.CONSENT_DEFECT_RECORDED: {
        Reason.NOTICE_DEFECTIVE: Bilingual(
            "Replace the notice or form that is marked as misleading, and ask each person who "
            "consented through it again before anybody relies on it.",
            "Vervang de tekst of het formulier dat als misleidend is aangemerkt en vraag iedereen "
            "die zo instemde opnieuw voordat iemand zich erop beroept.",
        ),
    },
    Code.MSG_SENDER_NOT_IDENTIFIABLE: {
        Reason.CALLER_ID: Bilingual(
            "Show in every call a number at which the caller can be reached.",
            "Toon bij elk gesprek een nummer waarop de beller bereikbaar is.",
        ),
    },
}
"""In place of the remediation of the code, by code and reason."""
