"""Codes of duties, capture and record quality: O, A and Q (legal model 4.6, 4.7)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code, Family, Severity

CODES: tuple[CodeEntry, ...] = (
    CodeEntry(
        number="O01",
        name=Code.RECIPIENT_NOTIFICATION_DUE,
        family=Family.O_NOTIFY,
        severity=Severity.OBLIGATION,
        explanation_en=(
            "This recipient received the data earlier and must be told of the withdrawal, "
            "objection or erasure without undue delay (the term is this policy's), and asked to "
            "erase where the person may demand it."
        ),
        explanation_nl=(
            "Deze ontvanger heeft de gegevens eerder gekregen en moet zonder onnodige vertraging "
            "(de termijn volgt uit dit beleid) worden geïnformeerd over de intrekking, het "
            "bezwaar of de wissing, en waar dat recht geldt worden gevraagd te wissen."
        ),
        remediation_en=(
            "Inform the recipient of the withdrawal, objection or erasure before the deadline, "
            "and record that you did."
        ),
        remediation_nl=(
            "Informeer de ontvanger vóór de uiterste datum over de intrekking, het bezwaar of de "
            "wissing, en leg dat vast."
        ),
        citations=(
            Citation("GDPR 19, 17(1)(b)-(d), 5(2), 24"),
            Citation("C-129/21"),
        ),
    ),
    CodeEntry(
        number="O02",
        name=Code.RECIPIENT_NOT_NOTIFIED,
        family=Family.O_NOTIFY,
        severity=Severity.HIGH,
        explanation_en=(
            "The recipient was not told within the policy's term that consent was withdrawn, an "
            "objection was made or erasure was asked."
        ),
        explanation_nl=(
            "De ontvanger is niet binnen de termijn van dit beleid geïnformeerd over de "
            "intrekking, het bezwaar of de wissing."
        ),
        remediation_en="Inform the recipient now and record the reason for the delay.",
        remediation_nl="Informeer de ontvanger nu en leg de reden van de vertraging vast.",
        citations=(
            Citation("GDPR 19, 5(2), 24"),
            Citation("C-129/21"),
        ),
    ),
    CodeEntry(
        number="A01",
        name=Code.CONSENT_DEFECT_RECORDED,
        family=Family.A_CAPTURE,
        severity=Severity.ADVISORY,
        explanation_en="A consent was recorded that cannot be relied on.",
        explanation_nl="Er is een toestemming vastgelegd waarop geen beroep kan worden gedaan.",
        remediation_en=(
            "Correct how this consent is asked and recorded before anybody relies on it."
        ),
        remediation_nl=(
            "Herstel hoe deze toestemming wordt gevraagd en vastgelegd voordat iemand zich erop "
            "beroept."
        ),
        citations=(Citation("GDPR 7, 4(11), 25"),),
    ),
    CodeEntry(
        number="Q01",
        name=Code.UNPROCESSABLE_EVENT,
        family=Family.Q,
        severity=Severity.QUALITY,
        explanation_en="The event could not be assessed.",
        explanation_nl="De gebeurtenis kon niet worden beoordeeld.",
        remediation_en=(
            "Look at the reason in the dead letter and correct the system that sent the record."
        ),
        remediation_nl=(
            "Bekijk de reden bij het apart gezette bericht en herstel het systeem dat het stuurde."
        ),
        citations=(Citation("GDPR 5(2)"),),
    ),
    CodeEntry(
        number="Q02",
        name=Code.RAW_PERSONAL_DATA_IN_EVENT,
        family=Family.Q,
        severity=Severity.MEDIUM,
        explanation_en="The event carries raw personal values; it is quarantined.",
        explanation_nl="De gebeurtenis bevat ruwe persoonsgegevens en is in quarantaine geplaatst.",
        remediation_en=(
            "Erase the personal values from the source and from every copy, and correct the "
            "system that sent the record."
        ),
        remediation_nl=(
            "Wis de persoonsgegevens uit de bron en uit elke kopie, en herstel het systeem dat "
            "het bericht stuurde."
        ),
        citations=(Citation("GDPR 5(1)(c), 25, 32"),),
    ),
    CodeEntry(
        number="Q03",
        name=Code.EVENT_ID_CONFLICT,
        family=Family.Q,
        severity=Severity.QUALITY,
        explanation_en=(
            "Two different events of one type share one id; one of them counts: a refusal, "
            "withdrawal or objection before a consent, else the first recorded."
        ),
        explanation_nl=(
            "Twee verschillende gebeurtenissen van één soort delen één id; één ervan telt: een "
            "weigering, intrekking of bezwaar vóór een toestemming, anders de eerst vastgelegde."
        ),
        remediation_en="Correct the system that gave one id to two different events.",
        remediation_nl="Herstel het systeem dat één id aan twee verschillende gebeurtenissen gaf.",
        citations=(Citation("GDPR 5(1)(d), 5(2)"),),
    ),
    CodeEntry(
        number="Q04",
        name=Code.FUTURE_TIMESTAMP,
        family=Family.Q,
        severity=Severity.QUALITY,
        explanation_en="The event claims to come from the future.",
        explanation_nl="De gebeurtenis heeft een tijdstip in de toekomst.",
        remediation_en="Check the clock and the time zone of the system that sent the record.",
        remediation_nl="Controleer de klok en de tijdzone van het systeem dat het bericht stuurde.",
        citations=(Citation("GDPR 5(1)(d)"),),
    ),
)
