"""Codes of messages without a basis: opt-out, offers of others, channel, consent (legal model 4.6, 4.7)."""

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
)
