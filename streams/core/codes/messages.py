"""Codes of marketing messages: M01 to M21 (legal model 4.6, 4.7)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.law import TELEPHONE_EXCEPTION_ENDED
from streams.core.vocabulary import Code, Family, Severity

CODES: tuple[CodeEntry, ...] = (
    CodeEntry(
        number="M01",
        name=Code.MSG_AFTER_OPT_OUT,
        family=Family.M_BASIS,
        severity=Severity.CRITICAL,
        explanation_en="A marketing message was sent after the person opted out.",
        explanation_nl="Er is een reclamebericht gestuurd nadat de betrokkene zich had afgemeld.",
        remediation_en=(
            "Put the person on the suppression list now, apologise, and repair how opt-outs reach"
            " the sending system."
        ),
        remediation_nl=(
            "Zet de persoon nu op de blokkeerlijst, bied excuses aan en herstel hoe afmeldingen "
            "het verzendende systeem bereiken."
        ),
        citations=(
            Citation("Tw 11.7(4)"),
            Citation("GDPR 21(3), 7(3)"),
            Citation("Rb. Rotterdam 24 Sep 2014, ECLI:NL:RBROT:2014:7808"),
        ),
    ),
    CodeEntry(
        number="M02",
        name=Code.MSG_THIRD_PARTY_OFFER_NO_CONSENT,
        family=Family.M_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "The message offers the products of another party; that requires a consent that names "
            "this party."
        ),
        explanation_nl=(
            "Het bericht biedt producten van een andere partij aan; daarvoor is een toestemming "
            "nodig die deze partij noemt."
        ),
        remediation_en="Stop this campaign and ask for a consent that names the advertiser.",
        remediation_nl="Stop deze campagne en vraag toestemming waarin de adverteerder is genoemd.",
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("Tw 11.7(1)"),
            Citation("Rb. Rotterdam 24 Sep 2014, ECLI:NL:RBROT:2014:7808"),
        ),
    ),
    CodeEntry(
        number="M03",
        name=Code.MSG_CHANNEL_REQUIRES_CONSENT,
        family=Family.M_BASIS,
        severity=Severity.HIGH,
        explanation_en="This channel requires prior consent; being a customer is not enough.",
        explanation_nl=(
            "Voor dit kanaal is voorafgaande toestemming vereist; klant zijn is niet voldoende."
        ),
        remediation_en="Stop using this channel for this person until there is a consent for it.",
        remediation_nl=(
            "Gebruik dit kanaal niet meer voor deze persoon totdat daarvoor toestemming is gegeven."
        ),
        citations=(
            Citation(
                "Tw 11.7(1),(2),(4) (text before 1 Jul 2026)", until=TELEPHONE_EXCEPTION_ENDED
            ),
            Citation("Tw 11.7(1),(2),(4) (Stb. 2025, 12)", since=TELEPHONE_EXCEPTION_ENDED),
            Citation("C-102/20"),
        ),
    ),
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
    CodeEntry(
        number="M11",
        name=Code.MSG_NO_VALID_CONSENT,
        family=Family.M_BASIS,
        severity=Severity.HIGH,
        explanation_en="No valid prior consent covers this marketing message.",
        explanation_nl="Er is geen geldige voorafgaande toestemming voor dit reclamebericht.",
        remediation_en="Stop these messages to this person until there is a valid consent.",
        remediation_nl="Stop deze berichten aan deze persoon totdat er een geldige toestemming is.",
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("Tw 11.7(1)-(2)"),
            Citation("GDPR 7(1)"),
        ),
    ),
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
