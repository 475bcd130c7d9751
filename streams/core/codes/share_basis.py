"""Codes of shares against the will or on a basis that is none: S01 to S06 (legal model 4.6, 4.7)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code, Family, Reason, Severity

CODES: tuple[CodeEntry, ...] = (
    CodeEntry(
        number="S01",
        name=Code.SHARE_AFTER_OBJECTION,
        family=Family.S_BASIS,
        severity=Severity.CRITICAL,
        explanation_en=(
            "The person objected to direct marketing before this share; from that moment the data"
            " may no longer be processed for it, whatever the legal basis or protection."
        ),
        explanation_nl=(
            "De betrokkene had vóór deze verstrekking bezwaar gemaakt tegen direct marketing; "
            "vanaf dat moment mogen de gegevens daarvoor niet meer worden verwerkt, ongeacht "
            "grondslag of beveiliging."
        ),
        remediation_en=(
            "Stop this transfer, tell the recipient to stop using the data and to erase them, put"
            " the person on the suppression list, and assess whether this is a personal data "
            "breach (GDPR 33)."
        ),
        remediation_nl=(
            "Stop deze verstrekking, draag de ontvanger op het gebruik te staken en de gegevens "
            "te wissen, zet de persoon op de blokkeerlijst en beoordeel of er sprake is van een "
            "datalek (AVG 33)."
        ),
        citations=(
            Citation("GDPR 21(2)-(3), 17(1)(c), 6(1)"),
            Citation("EDPB 1/2024 §122"),
        ),
        variants={
            Reason.ERASED: (
                (
                    "The person asked for erasure before this share; from then on the data may "
                    "not be shared for direct marketing."
                ),
                (
                    "De betrokkene had vóór deze verstrekking om wissing verzocht; sindsdien "
                    "mogen de gegevens niet voor direct marketing worden gedeeld."
                ),
            ),
        },
        breach_assessment=True,
    ),
    CodeEntry(
        number="S02",
        name=Code.SHARE_AFTER_WITHDRAWAL,
        family=Family.S_BASIS,
        severity=Severity.CRITICAL,
        explanation_en=(
            "Consent for this purpose and recipient was withdrawn before (or at) the moment of "
            "sharing."
        ),
        explanation_nl=(
            "De toestemming voor dit doel en deze ontvanger was vóór (of op) het moment van "
            "verstrekken ingetrokken."
        ),
        remediation_en=(
            "Stop this transfer, tell the recipient to stop using the data and to erase them, put"
            " the person on the suppression list, and assess whether this is a personal data "
            "breach (GDPR 33)."
        ),
        remediation_nl=(
            "Stop deze verstrekking, draag de ontvanger op het gebruik te staken en de gegevens "
            "te wissen, zet de persoon op de blokkeerlijst en beoordeel of er sprake is van een "
            "datalek (AVG 33)."
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
        explanation_en="The person was asked and refused consent for this sharing.",
        explanation_nl=(
            "De betrokkene is om toestemming gevraagd en heeft deze verstrekking geweigerd."
        ),
        remediation_en=(
            "Stop this transfer, tell the recipient to stop using the data and to erase them, put"
            " the person on the suppression list, assess whether this is a personal data breach "
            "(GDPR 33), and find the system that ignored the refusal."
        ),
        remediation_nl=(
            "Stop deze verstrekking, draag de ontvanger op het gebruik te staken en de gegevens "
            "te wissen, zet de persoon op de blokkeerlijst, beoordeel of er sprake is van een "
            "datalek (AVG 33) en zoek het systeem dat de weigering negeerde."
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
            "Under this policy (the regulator's position) legitimate interest is not accepted as "
            "a basis for sharing customer data with a third party for direct marketing; consent "
            "is required. The Court (C-621/22) leaves room only for what is strictly necessary."
        ),
        explanation_nl=(
            "Volgens dit beleid (het standpunt van de toezichthouder) wordt gerechtvaardigd "
            "belang niet aanvaard als grondslag voor het delen van klantgegevens met derden voor "
            "direct marketing; toestemming is vereist. Het Hof (C-621/22) laat alleen ruimte voor"
            " wat strikt noodzakelijk is."
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
            "The existing-customer exception covers own messages only; it never covers sharing "
            "with third parties that market for themselves."
        ),
        explanation_nl=(
            "De uitzondering voor bestaande klanten geldt alleen voor eigen berichten en nooit "
            "voor het delen met derden die de gegevens voor eigen marketing gebruiken."
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
            "The claimed basis cannot justify sharing for third-party direct marketing; only "
            "consent can."
        ),
        explanation_nl=(
            "De opgegeven grondslag kan het delen voor direct marketing door derden niet dragen; "
            "alleen toestemming kan dat."
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
