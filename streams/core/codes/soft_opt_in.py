"""Codes of what the existing-customer exception lacks: M04 to M10 (legal model 4.3, 3f)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code, Family, Severity

CODES: tuple[CodeEntry, ...] = (
    CodeEntry(
        number="M04",
        name=Code.MSG_NO_PRIOR_SALE,
        family=Family.M_BASIS,
        severity=Severity.HIGH,
        explanation_en="There was no earlier sale to this person when the message was sent.",
        explanation_nl="Op het moment van verzending was er geen eerdere verkoop aan deze persoon.",
        remediation_en=(
            "Stop these messages until the person has bought something or has consented."
        ),
        remediation_nl=(
            "Stop deze berichten totdat de persoon iets heeft gekocht of toestemming heeft gegeven."
        ),
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("Tw 11.7(4)"),
        ),
    ),
    CodeEntry(
        number="M05",
        name=Code.MSG_NOT_SAME_SELLER,
        family=Family.M_BASIS,
        severity=Severity.HIGH,
        explanation_en="The sender is not the company that made the sale.",
        explanation_nl="De afzender is niet het bedrijf dat de verkoop heeft gedaan.",
        remediation_en=(
            "Stop these messages; the company that made the sale may send its own, or ask the "
            "person for consent."
        ),
        remediation_nl=(
            "Stop deze berichten; het bedrijf dat de verkoop deed mag zelf sturen, of vraag de "
            "persoon om toestemming."
        ),
        citations=(
            Citation('Tw 11.7(4) ("die hij heeft verkregen van zijn klanten")'),
            Citation("ePrivacy rec. 41"),
        ),
    ),
    CodeEntry(
        number="M06",
        name=Code.MSG_CONTACT_NOT_FROM_SALE,
        family=Family.M_BASIS,
        severity=Severity.HIGH,
        explanation_en="The contact detail used was not obtained in the context of the sale.",
        explanation_nl=(
            "Het gebruikte contactgegeven is niet verkregen in het kader van de verkoop."
        ),
        remediation_en="Stop using this channel for this person, or ask for consent.",
        remediation_nl="Gebruik dit kanaal niet meer voor deze persoon, of vraag toestemming.",
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("Tw 11.7(4)"),
        ),
    ),
    CodeEntry(
        number="M07",
        name=Code.MSG_NO_OPT_OUT_AT_COLLECTION,
        family=Family.M_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "The person was not offered a free and easy opt-out when the contact detail was "
            "collected."
        ),
        explanation_nl=(
            "De betrokkene is bij het verzamelen van het contactgegeven niet kosteloos en "
            "gemakkelijk de gelegenheid tot verzet geboden."
        ),
        remediation_en=(
            "Stop these messages to everybody whose contact details were collected in this way, "
            "add the opt-out to the order process, or ask for consent."
        ),
        remediation_nl=(
            "Stop deze berichten aan iedereen van wie het contactgegeven zo is verzameld, voeg de"
            " mogelijkheid tot verzet toe aan het bestelproces, of vraag toestemming."
        ),
        citations=(
            Citation("Tw 11.7(4)(a)"),
            Citation("ePrivacy 13(2)"),
        ),
    ),
    CodeEntry(
        number="M08",
        name=Code.MSG_SALE_REVERSED,
        family=Family.M_BASIS,
        severity=Severity.MEDIUM,
        explanation_en=(
            "The only sale was reversed, or was not a sale against payment, so the person is not "
            "treated as a customer."
        ),
        explanation_nl=(
            "De enige verkoop is ongedaan gemaakt of was geen verkoop tegen betaling; de "
            "betrokkene geldt daarom niet als klant."
        ),
        remediation_en="Stop these messages to this person, or ask for consent.",
        remediation_nl="Stop deze berichten aan deze persoon, of vraag toestemming.",
        citations=(
            Citation('Tw 11.7(4) ("klanten")'),
            Citation("AP 4 Oct 2018 (who is a customer)"),
        ),
    ),
    CodeEntry(
        number="M09",
        name=Code.MSG_NOT_SIMILAR_PRODUCT,
        family=Family.M_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "The message offers products or services that are not similar to what the person "
            "bought."
        ),
        explanation_nl=(
            "Het bericht biedt producten of diensten aan die niet gelijksoortig zijn aan wat de "
            "betrokkene kocht."
        ),
        remediation_en="Leave these products out of messages to this person, or ask for consent.",
        remediation_nl=(
            "Laat deze producten weg uit berichten aan deze persoon, of vraag toestemming."
        ),
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("Tw 11.7(4)"),
        ),
    ),
    CodeEntry(
        number="M10",
        name=Code.MSG_SOFT_OPT_IN_STALE,
        family=Family.M_BASIS,
        severity=Severity.MEDIUM,
        explanation_en="The relation with this customer ended longer ago than the policy allows.",
        explanation_nl=(
            "De relatie met deze klant is langer geleden geëindigd dan het beleid toestaat."
        ),
        remediation_en="Stop these messages to this person, or ask for a new consent.",
        remediation_nl="Stop deze berichten aan deze persoon, of vraag opnieuw toestemming.",
        citations=(Citation("GDPR 5(1)(e), rec. 47"),),
    ),
)
