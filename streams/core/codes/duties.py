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
            "This recipient received the data earlier. It must be notified of the withdrawal, "
            "objection or erasure without undue delay, within the term that the policy sets, and "
            "be asked to erase the data where the person can demand that."
        ),
        explanation_nl=(
            "Deze ontvanger heeft de gegevens eerder gekregen. Hij moet zonder onnodige "
            "vertraging, binnen de termijn van het beleid, over de intrekking, het bezwaar of de "
            "wissing worden geïnformeerd en worden gevraagd de gegevens te wissen waar de persoon "
            "dat kan eisen."
        ),
        remediation_en="Notify the recipient before the deadline, and record the notification.",
        remediation_nl="Informeer de ontvanger vóór de uiterste datum en leg dat vast.",
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
            "This recipient was not notified of the withdrawal, objection or erasure within the "
            "term that the policy sets."
        ),
        explanation_nl=(
            "Deze ontvanger is niet binnen de termijn van het beleid geïnformeerd over de "
            "intrekking, het bezwaar of de wissing."
        ),
        remediation_en=(
            "Notify the recipient now, and record the notification and the reason for the delay."
        ),
        remediation_nl=(
            "Informeer de ontvanger nu en leg de kennisgeving en de reden van de vertraging vast."
        ),
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
        explanation_en=(
            "The event could not be assessed, because its record is incomplete or not in a form "
            "that is known."
        ),
        explanation_nl=(
            "De gebeurtenis kon niet worden beoordeeld, omdat het bericht onvolledig is of geen "
            "bekende vorm heeft."
        ),
        remediation_en=(
            "Look at the reason that is stored with the rejected record, and correct the system "
            "that sent it."
        ),
        remediation_nl=(
            "Bekijk de reden die bij het geweigerde bericht is opgeslagen en herstel het systeem "
            "dat het stuurde."
        ),
        citations=(Citation("GDPR 5(2)"),),
    ),
    CodeEntry(
        number="Q02",
        name=Code.RAW_PERSONAL_DATA_IN_EVENT,
        family=Family.Q,
        severity=Severity.MEDIUM,
        explanation_en=(
            "The event contains personal data in readable form, such as an e-mail address or a "
            "telephone number, so it was put into quarantine."
        ),
        explanation_nl=(
            "De gebeurtenis bevat leesbare persoonsgegevens, zoals een e-mailadres of "
            "telefoonnummer, en is daarom in quarantaine geplaatst."
        ),
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
            "Two different events of one type have the same id. One of them counts: a refusal, "
            "withdrawal or objection before a consent, and otherwise the one that was recorded "
            "first."
        ),
        explanation_nl=(
            "Twee verschillende gebeurtenissen van één soort hebben hetzelfde id. Eén ervan telt: "
            "een weigering, intrekking of bezwaar vóór een toestemming, en anders de eerst "
            "vastgelegde."
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
        explanation_en=(
            "The time of the event lies in the future, so the event could not be assessed."
        ),
        explanation_nl=(
            "Het tijdstip van de gebeurtenis ligt in de toekomst; zij kon daarom niet worden "
            "beoordeeld."
        ),
        remediation_en="Check the clock and the time zone of the system that sent the record.",
        remediation_nl="Controleer de klok en de tijdzone van het systeem dat het bericht stuurde.",
        citations=(Citation("GDPR 5(1)(d)"),),
    ),
)
