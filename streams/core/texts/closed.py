"""Texts of findings that are closed: what was reported, why it is closed, what remains.

A finding that is withdrawn has the reason why; one that is REMEDIATED keeps the reason that it
was opened for (legal model 3.9, 4.5, section 6).
"""

from __future__ import annotations

from typing import Final

from streams.core.texts.reports import REPORTS
from streams.core.texts.wording import Bilingual, Wording, filled
from streams.core.vocabulary import ClosingReason, Code, Family

_LATE: Final[dict[Family, Bilingual]] = {
    Family.S_BASIS: Bilingual(
        "a valid consent covered this sharing or none was needed",
        "een geldige toestemming deze verstrekking dekte of dat die niet nodig was",
    ),
    Family.S_PROC: Bilingual(
        "an agreement with the processor was in force or none was needed",
        "een overeenkomst met de verwerker gold of dat die niet nodig was",
    ),
    Family.S_PROC_OWN: Bilingual(
        "the recipient did not use the data for its own purposes or was not labelled as a "
        "processor",
        "de ontvanger de gegevens niet voor eigen doeleinden gebruikte of niet als verwerker was "
        "aangemerkt",
    ),
    Family.S_JC: Bilingual(
        "an arrangement between the controllers was in force or none was needed",
        "een regeling tussen de verantwoordelijken gold of dat die niet nodig was",
    ),
    Family.S_XFER: Bilingual(
        "the transfer had a safeguard or needed none",
        "de doorgifte een waarborg had of die niet nodig had",
    ),
    Family.S_SPECIAL: Bilingual(
        "an explicit consent covered these data or none was needed",
        "een uitdrukkelijke toestemming deze gegevens dekte of dat die niet nodig was",
    ),
    Family.S_PROHIB: Bilingual(
        "no such data were shared for marketing",
        "zulke gegevens niet voor marketing zijn verstrekt",
    ),
    Family.X_RECORD: Bilingual(
        "the recorded legal basis was right or no other basis supports the processing",
        "de vastgelegde grondslag juist was of dat geen andere grondslag de verwerking draagt",
    ),
    Family.M_BASIS: Bilingual("this message was permitted", "dit bericht was toegestaan"),
    Family.M_UNSUB: Bilingual(
        "the message offered a way to unsubscribe or needed none",
        "het bericht een afmeldmogelijkheid bood of die niet nodig had",
    ),
    Family.M_IDENT: Bilingual(
        "the message showed its sender or did not have to",
        "het bericht de afzender vermeldde of dat niet hoefde",
    ),
    Family.O_NOTIFY: Bilingual(
        "the recipient was notified in time or did not have to be notified",
        "de ontvanger op tijd is geïnformeerd of niet hoefde te worden geïnformeerd",
    ),
    Family.A_CAPTURE: Bilingual(
        "the consent does not have this defect", "de toestemming dit gebrek niet heeft"
    ),
    Family.Q: Bilingual(
        "there was nothing wrong with the event", "er niets mis was met de gebeurtenis"
    ),
}
"""What late evidence shows, by family: no code of the family stands on the event any more."""

_WITHDRAWN: Final[dict[ClosingReason, Bilingual]] = {
    ClosingReason.LATE_EVIDENCE: Bilingual(
        "The report of {report} is withdrawn, because records that arrived later show that {late}.",
        "De melding van {report} is ingetrokken, omdat later ontvangen gegevens laten zien dat "
        "{late}.",
    ),
    ClosingReason.POLICY_CHANGED: Bilingual(
        "The report of {report} is withdrawn, because the policy was changed and the same facts "
        "do not lead to it any more.",
        "De melding van {report} is ingetrokken, omdat het beleid is gewijzigd en dezelfde feiten "
        "er niet meer toe leiden.",
    ),
    ClosingReason.RULES_CHANGED: Bilingual(
        "The report of {report} is withdrawn, because a new version of the rules is in use and "
        "the same facts do not lead to it any more.",
        "De melding van {report} is ingetrokken, omdat een nieuwe versie van de regels in gebruik "
        "is en dezelfde feiten er niet meer toe leiden.",
    ),
    ClosingReason.ERASED: Bilingual(
        "The report of {report} is withdrawn, because the data of this person were erased; it "
        "cannot be checked any more.",
        "De melding van {report} is ingetrokken, omdat de gegevens van deze persoon zijn gewist; "
        "zij kan niet meer worden gecontroleerd.",
    ),
    ClosingReason.REBUILT: Bilingual(
        "The report of {report} stays withdrawn; it is published again only because the published "
        "findings were restored.",
        "De melding van {report} blijft ingetrokken; zij is alleen opnieuw gepubliceerd omdat de "
        "gepubliceerde bevindingen zijn hersteld.",
    ),
    ClosingReason.SUPERSEDED: Bilingual(
        "The report of {report} is withdrawn under this id, because it comes from earlier records "
        "that are no longer in use; what still holds is reported under an id of its own.",
        "De melding van {report} is onder dit id ingetrokken, omdat zij uit eerdere gegevens komt "
        "die niet meer in gebruik zijn; wat nog geldt, is onder een eigen id gemeld.",
    ),
}
"""Why a report is withdrawn, by reason."""

_WHAT_REMAINS: Final[dict[ClosingReason, Bilingual]] = {
    ClosingReason.LATE_EVIDENCE: Bilingual(
        "Nothing has to be done about it any more; reverse measures that were taken only because "
        "of it, and find out why the records arrived late.",
        "Hier hoeft niets meer aan te worden gedaan; draai maatregelen terug die alleen hierom "
        "zijn genomen en zoek uit waarom de gegevens laat kwamen.",
    ),
    ClosingReason.POLICY_CHANGED: Bilingual(
        "Nothing has to be done about it under the policy that is now in force; keep the reason "
        "for the change on file.",
        "Onder het beleid dat nu geldt, hoeft hier niets aan te worden gedaan; bewaar de reden "
        "van de wijziging in het dossier.",
    ),
    ClosingReason.RULES_CHANGED: Bilingual(
        "Nothing has to be done about it any more; review measures that were taken only because "
        "of it.",
        "Hier hoeft niets meer aan te worden gedaan; bekijk maatregelen die alleen hierom zijn "
        "genomen opnieuw.",
    ),
    ClosingReason.ERASED: Bilingual(
        "Nothing has to be done about it any more; remove copies of the report, unless the law "
        "requires you to keep them.",
        "Hier hoeft niets meer aan te worden gedaan; verwijder kopieën van de melding, tenzij de "
        "wet vereist dat u die bewaart.",
    ),
    ClosingReason.REBUILT: Bilingual(
        "Nothing has to be done about it.", "Hier hoeft niets aan te worden gedaan."
    ),
    ClosingReason.SUPERSEDED: Bilingual(
        "Nothing has to be done about this report; follow the reports that are open.",
        "Aan deze melding hoeft niets te worden gedaan; volg de meldingen die open staan.",
    ),
}
"""What is left to do, by reason."""

REBUILT: Final = Bilingual(
    "It is published again only because the published findings were restored; nothing in it has "
    "changed.",
    "Dit is alleen opnieuw gepubliceerd omdat de gepubliceerde bevindingen zijn hersteld; er is "
    "niets aan gewijzigd.",
)
"""What a finding that stands says besides its own explanation, where it is published again."""

_REMEDIATED: Final = Wording(
    Bilingual(
        "The report of {report} is closed, because what had to be done was done, although late.",
        "De melding van {report} is gesloten, omdat is gedaan wat moest worden gedaan, hoewel te "
        "laat.",
    ),
    Bilingual(
        "Nothing more has to be done about this case; record the reason for the delay, and "
        "correct the process that caused it.",
        "Aan deze zaak hoeft niets meer te worden gedaan; leg de reden van de vertraging vast en "
        "verbeter het proces dat die veroorzaakte.",
    ),
)


def withdrawn(code: Code, family: Family, reason: ClosingReason) -> Wording:
    """The texts of a RETRACTED finding or duty of a code."""
    sentence = filled(_WITHDRAWN[reason], report=REPORTS[code], late=_LATE[family])
    return Wording(sentence, _WHAT_REMAINS[reason])


def remediated(code: Code) -> Wording:
    """The texts of a REMEDIATED finding of a code."""
    return Wording(filled(_REMEDIATED.explanation, report=REPORTS[code]), _REMEDIATED.remediation)
