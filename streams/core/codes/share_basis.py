"""Codes of shares against the will or on a basis that is none: S01 to S06 (legal model 4.6, 4.7)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code, Family, Severity

CODES: tuple[CodeEntry, ...] = (
    CodeEntry(
        number="S01",
        name=Code.SHARE_AFTER_OBJECTION,
        family=Family.S_BASIS,
        severity=Severity.CRITICAL,
        explanation_en=(
            "The person objected to direct marketing before this share was made; from that moment "
            "the data may no longer be used for it, whatever the legal basis is and however the "
            "data are protected."
        ),
        explanation_nl=(
            "De betrokkene had vóór deze verstrekking bezwaar gemaakt tegen direct marketing; "
            "vanaf dat moment mogen de gegevens daarvoor niet meer worden gebruikt, ongeacht de "
            "grondslag en de beveiliging."
        ),
        remediation_en=(
            "Stop this transfer, instruct the recipient to stop using the data and to erase them, "
            "put the person on the suppression list, and assess within 72 hours whether this is a "
            "data breach that must be notified."
        ),
        remediation_nl=(
            "Stop deze verstrekking, draag de ontvanger op het gebruik te staken en de gegevens te "
            "wissen, zet de persoon op de blokkeerlijst en beoordeel binnen 72 uur of dit een "
            "datalek is dat moet worden gemeld."
        ),
        citations=(
            Citation("GDPR 21(2)-(3), 17(1)(c), 6(1)"),
            Citation("EDPB 1/2024 §122"),
        ),
        breach_assessment=True,
    ),
    CodeEntry(
        number="S02",
        name=Code.SHARE_AFTER_WITHDRAWAL,
        family=Family.S_BASIS,
        severity=Severity.CRITICAL,
        explanation_en=(
            "Consent for this purpose and this recipient had been withdrawn before the data were "
            "shared, or was withdrawn at that very moment."
        ),
        explanation_nl=(
            "De toestemming voor dit doel en deze ontvanger was vóór de verstrekking ingetrokken, "
            "of werd op datzelfde moment ingetrokken."
        ),
        remediation_en=(
            "Stop this transfer, instruct the recipient to stop using the data and to erase them, "
            "put the person on the suppression list, and assess within 72 hours whether this is a "
            "data breach that must be notified."
        ),
        remediation_nl=(
            "Stop deze verstrekking, draag de ontvanger op het gebruik te staken en de gegevens te "
            "wissen, zet de persoon op de blokkeerlijst en beoordeel binnen 72 uur of dit een "
            "datalek is dat moet worden gemeld."
        ),
        citations=(
            Citation("GDPR 7(3), 6(1)(a), 17(1)(b)"),
            Citation("C-129/21"),
        ),
        breach_assessment=True,
    ),
    CodeEntry(
        number="S03",
        name=Code.SHARE_DESPITE_REFUSAL,
        family=Family.S_BASIS,
        severity=Severity.CRITICAL,
        explanation_en="The person was asked for consent to this sharing and refused it.",
        explanation_nl=(
            "De betrokkene is om toestemming voor deze verstrekking gevraagd en heeft die "
            "geweigerd."
        ),
        remediation_en=(
            "Stop this transfer, have the recipient stop using the data and erase them, put the "
            "person on the suppression list, assess within 72 hours whether this is a data breach, "
            "and find the system that ignored the refusal."
        ),
        remediation_nl=(
            "Stop deze verstrekking, laat de ontvanger het gebruik staken en de gegevens wissen, "
            "zet de persoon op de blokkeerlijst, beoordeel binnen 72 uur of dit een datalek is en "
            "zoek het systeem dat de weigering negeerde."
        ),
        citations=(Citation("GDPR 4(11), 6(1)(a), 7(4), 5(1)(a)"),),
        breach_assessment=True,
    ),
    CodeEntry(
        number="S04",
        name=Code.LEGITIMATE_INTEREST_REJECTED,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "This policy follows the regulator: legitimate interest is no basis for sharing "
            "customer data with a third party for direct marketing, and consent is required. The "
            "Court of Justice leaves room only for what is strictly necessary."
        ),
        explanation_nl=(
            "Dit beleid volgt de toezichthouder: gerechtvaardigd belang is geen grondslag voor het "
            "delen van klantgegevens met een derde voor direct marketing; toestemming is vereist. "
            "Het Hof van Justitie laat alleen ruimte voor wat strikt noodzakelijk is."
        ),
        remediation_en=(
            "Stop this transfer, have the data that were shared erased by the recipient, ask the "
            "person for consent, and correct the record of processing and the privacy notice."
        ),
        remediation_nl=(
            "Stop deze verstrekking, laat de ontvanger de verstrekte gegevens wissen, vraag de "
            "persoon om toestemming en corrigeer het verwerkingsregister en de privacyverklaring."
        ),
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("GDPR 6(1)(a),(f)"),
            Citation("C-621/22"),
        ),
    ),
    CodeEntry(
        number="S05",
        name=Code.SOFT_OPT_IN_NOT_FOR_SHARING,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "The exception for existing customers covers a company's own messages only; it never "
            "covers sharing data with third parties that market for themselves."
        ),
        explanation_nl=(
            "De uitzondering voor bestaande klanten geldt alleen voor eigen berichten van een "
            "bedrijf en nooit voor het delen van gegevens met derden die deze voor eigen marketing "
            "gebruiken."
        ),
        remediation_en=(
            "Stop this transfer, have the data that were shared erased by the recipient, and ask "
            "the person for consent before sharing again."
        ),
        remediation_nl=(
            "Stop deze verstrekking, laat de ontvanger de verstrekte gegevens wissen en vraag de "
            "persoon om toestemming voordat u opnieuw verstrekt."
        ),
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("Tw 11.7(4)"),
            Citation("ePrivacy 13(2)"),
        ),
    ),
    CodeEntry(
        number="S06",
        name=Code.OTHER_BASIS_REJECTED,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "The legal basis that was claimed cannot justify sharing data for direct marketing by "
            "third parties; only consent can."
        ),
        explanation_nl=(
            "De opgegeven grondslag kan het delen van gegevens voor direct marketing door derden "
            "niet dragen; alleen toestemming kan dat."
        ),
        remediation_en=(
            "Stop this transfer, have the data that were shared erased by the recipient, ask the "
            "person for consent, and correct the record of processing."
        ),
        remediation_nl=(
            "Stop deze verstrekking, laat de ontvanger de verstrekte gegevens wissen, vraag de "
            "persoon om toestemming en corrigeer het verwerkingsregister."
        ),
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("GDPR 6(1)"),
            Citation("C-252/21"),
        ),
    ),
)
