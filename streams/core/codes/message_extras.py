"""Codes of a message itself, whatever its basis: M20 and M21 (legal model 4.3, step 1)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code, Family, Severity

CODES: tuple[CodeEntry, ...] = (
    CodeEntry(
        number="M20",
        name=Code.MSG_NO_UNSUBSCRIBE,
        family=Family.M_UNSUB,
        severity=Severity.HIGH,
        explanation_en="The message offers no way to unsubscribe.",
        explanation_nl="Het bericht biedt geen mogelijkheid om af te melden.",
        remediation_en="Stop this campaign and add a free and easy way to unsubscribe.",
        remediation_nl=(
            "Stop deze campagne en voeg een kosteloze en gemakkelijke afmeldmogelijkheid toe."
        ),
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("Tw 11.7(2),(4)(b),(7)(b)"),
            Citation("GDPR 7(3), 21(4)"),
        ),
    ),
    CodeEntry(
        number="M21",
        name=Code.MSG_SENDER_NOT_IDENTIFIABLE,
        family=Family.M_IDENT,
        severity=Severity.MEDIUM,
        explanation_en=(
            "The message does not show its true sender together with a valid address or number at "
            "which the person can ask to stop."
        ),
        explanation_nl=(
            "Het bericht vermeldt niet de werkelijke afzender met een geldig adres of nummer waar "
            "de persoon kan vragen om te stoppen."
        ),
        remediation_en=(
            "Correct the template so that every message shows the true sender and a valid address "
            "or number at which the person can ask to stop."
        ),
        remediation_nl=(
            "Corrigeer het sjabloon zodat elk bericht de werkelijke afzender vermeldt en een "
            "geldig adres of nummer waar de persoon kan vragen om te stoppen."
        ),
        citations=(Citation("Tw 11.7(7)(a)-(b), 11.7(8)"),),
    ),
)
