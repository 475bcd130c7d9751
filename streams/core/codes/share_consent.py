"""Codes of what the consent for a share lacks: S07 to S17 (legal model 4.6, 4.7)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, Code
from streams.core.law import UAVG_5_REVISED
from streams.core.vocabulary import Severity

CODES: tuple[Code, ...] = (
    Code(
        number="S07",
        name="NO_CONSENT",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en=(
            "No record of consent given before the moment of sharing was available; consent "
            "obtained later does not repair it."
        ),
        explanation_nl=(
            "Er was geen registratie beschikbaar van toestemming van vóór het moment van "
            "verstrekken; later verkregen toestemming herstelt dat niet."
        ),
        remediation_en="Stop; recall data; obtain consent first",
        remediation_nl="Stop; haal de gegevens terug; vraag eerst toestemming",
        citations=(
            Citation("Article N2, N4"),
            Citation("GDPR 6(1)(a), 7(1), 5(2)"),
        ),
    ),
    Code(
        number="S08",
        name="CONSENT_OTHER_PURPOSE",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en="The existing consent was given for another purpose.",
        explanation_nl="De aanwezige toestemming is voor een ander doel gegeven.",
        remediation_en="Stop; ask separate consent for this purpose",
        remediation_nl="Stop; vraag aparte toestemming voor dit doel",
        citations=(Citation("GDPR 6(1)(a), 5(1)(b), 4(11)"),),
    ),
    Code(
        number="S09",
        name="CONSENT_OTHER_RECIPIENT",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en="The existing consent does not cover this recipient.",
        explanation_nl="De aanwezige toestemming geldt niet voor deze ontvanger.",
        remediation_en="Stop; ask consent naming this recipient",
        remediation_nl="Stop; vraag toestemming waarin deze ontvanger is genoemd",
        citations=(
            Citation("GDPR 4(11), 6(1)(a)"),
            Citation("EDPB 05/2020 §65"),
        ),
    ),
    Code(
        number="S10",
        name="CONSENT_RECIPIENT_NOT_NAMED",
        family="S.BASIS",
        severity=Severity.MEDIUM,
        explanation_en="The person consented to a category of recipients; this recipient was not named.",
        explanation_nl=(
            "De betrokkene stemde in met een categorie ontvangers; deze ontvanger was niet bij "
            "naam genoemd."
        ),
        remediation_en="Name recipient in notice; re-ask; DPO decision",
        remediation_nl=(
            "Noem de ontvanger in de privacyverklaring; vraag opnieuw toestemming; laat de FG "
            "beslissen"
        ),
        citations=(
            Citation("GDPR 4(11), 13(1)(e)"),
            Citation("EDPB 05/2020 §65"),
            Citation("pending C-317/25"),
        ),
    ),
    Code(
        number="S11",
        name="CONSENT_OTHER_DATA_CATEGORY",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en="Data categories were shared that the consent does not cover.",
        explanation_nl="Er zijn gegevenscategorieën gedeeld waarop de toestemming geen betrekking heeft.",
        remediation_en="Drop the extra fields; recall them; extend consent",
        remediation_nl="Laat de extra velden weg; haal ze terug; breid de toestemming uit",
        citations=(
            Citation("GDPR 6(1)(a), 5(1)(c)"),
            Citation("Article N5"),
        ),
    ),
    Code(
        number="S12",
        name="CONSENT_EXPIRED",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en="The consent had expired at the moment of sharing.",
        explanation_nl="De toestemming was op het moment van verstrekken verlopen.",
        remediation_en="Stop; renew consent before next share",
        remediation_nl="Stop; vernieuw de toestemming vóór de volgende verstrekking",
        citations=(
            Citation("GDPR 4(11), 5(1)(e), 6(1)(a)"),
            Citation("EDPB 05/2020 (refresh)"),
        ),
    ),
    Code(
        number="S13",
        name="CONSENT_NOT_AFFIRMATIVE",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en="The recorded consent is not a clear affirmative act (e.g. pre-ticked or implied).",
        explanation_nl=(
            "De vastgelegde toestemming is geen duidelijke actieve handeling (bijv. vooraf "
            "aangevinkt of impliciet)."
        ),
        remediation_en="Invalidate record; fix the form; re-ask",
        remediation_nl="Verklaar de registratie ongeldig; herstel het formulier; vraag opnieuw toestemming",
        citations=(
            Citation("GDPR 4(11), rec. 32"),
            Citation("C-673/17"),
            Citation("C-61/19"),
        ),
    ),
    Code(
        number="S14",
        name="CONSENT_MINOR_NO_GUARDIAN",
        family="S.BASIS",
        severity=Severity.CRITICAL,
        explanation_en=(
            "The person was under 16 (or under guardianship) when consent was given and the legal"
            " representative did not consent."
        ),
        explanation_nl=(
            "De betrokkene was bij het geven van toestemming jonger dan 16 (of onder "
            "curatele/bewind/mentorschap) en de wettelijk vertegenwoordiger heeft niet ingestemd."
        ),
        remediation_en="Stop; recall and erase; obtain guardian consent",
        remediation_nl="Stop; haal terug en wis; vraag toestemming van de wettelijk vertegenwoordiger",
        citations=(
            Citation("GDPR 8"),
            Citation("UAVG 5(1)-(2) (text before 1 Sep 2026)", until=UAVG_5_REVISED),
            Citation("UAVG 5(1)-(2) (text of 1 Sep 2026)", since=UAVG_5_REVISED),
        ),
    ),
    Code(
        number="S15",
        name="CONSENT_NOT_DEMONSTRABLE",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en="The controller cannot demonstrate that consent was given before the share.",
        explanation_nl=(
            "De verwerkingsverantwoordelijke kan niet aantonen dat vóór de verstrekking "
            "toestemming is gegeven."
        ),
        remediation_en="Find evidence; otherwise treat as no consent",
        remediation_nl="Zoek het bewijs; behandel het anders als geen toestemming",
        citations=(
            Citation("GDPR 7(1), 5(2), 24"),
            Citation("C-61/19"),
        ),
    ),
    Code(
        number="S16",
        name="CONSENT_NOT_INFORMED",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en="There is no proof that the person was informed of who would receive the data and why.",
        explanation_nl=(
            "Er is geen bewijs dat de betrokkene is geïnformeerd over wie de gegevens krijgt en "
            "waarvoor."
        ),
        remediation_en="Publish correct notice; re-ask",
        remediation_nl="Publiceer een juiste privacyverklaring; vraag opnieuw toestemming",
        citations=(
            Citation("GDPR 4(11), 7(3), 13(1)(c),(e), 13(2)(c)"),
            Citation("C-61/19"),
        ),
    ),
    Code(
        number="S17",
        name="CONSENT_NOT_FREE_OR_SPECIFIC",
        family="S.BASIS",
        severity=Severity.HIGH,
        explanation_en="Consent was tied to other terms or purposes and is not free and specific.",
        explanation_nl=(
            "De toestemming was gekoppeld aan andere voorwaarden of doelen en is niet vrij en "
            "specifiek."
        ),
        remediation_en="Unbundle; re-ask",
        remediation_nl="Ontkoppel; vraag opnieuw toestemming",
        citations=(
            Citation("GDPR 7(2), 7(4), rec. 32, 42-43"),
            Citation("EDPB 05/2020"),
            Citation("C-61/19"),
        ),
    ),
)
