"""Codes of a share that no consent covers: there is none, or it is for something else (S07 to S12)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code, Family, Severity

CODES: tuple[CodeEntry, ...] = (
    CodeEntry(
        number="S07",
        name=Code.NO_CONSENT,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "There is no record of a consent that was given before the data were shared; a consent "
            "that is obtained later does not repair that."
        ),
        explanation_nl=(
            "Er is geen toestemming vastgelegd van vóór de verstrekking; toestemming die later is "
            "verkregen, herstelt dat niet."
        ),
        remediation_en=(
            "Stop this transfer, have the data that were shared erased by the recipient, and ask "
            "the person for consent first."
        ),
        remediation_nl=(
            "Stop deze verstrekking, laat de ontvanger de verstrekte gegevens wissen en vraag de "
            "persoon eerst om toestemming."
        ),
        citations=(
            Citation("AP standpoint (2017, 2018)"),
            Citation("GDPR 6(1)(a), 7(1), 5(2)"),
        ),
    ),
    CodeEntry(
        number="S08",
        name=Code.CONSENT_OTHER_PURPOSE,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en="The consent on record was given for another purpose.",
        explanation_nl="De vastgelegde toestemming is voor een ander doel gegeven.",
        remediation_en=(
            "Stop this transfer and ask the person for a separate consent for this purpose."
        ),
        remediation_nl=(
            "Stop deze verstrekking en vraag de persoon om afzonderlijke toestemming voor dit doel."
        ),
        citations=(Citation("GDPR 6(1)(a), 5(1)(b), 4(11)"),),
    ),
    CodeEntry(
        number="S09",
        name=Code.CONSENT_OTHER_RECIPIENT,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en="The consent on record does not cover this recipient.",
        explanation_nl="De vastgelegde toestemming geldt niet voor deze ontvanger.",
        remediation_en=(
            "Stop this transfer and ask the person for a consent that names this recipient."
        ),
        remediation_nl=(
            "Stop deze verstrekking en vraag de persoon om toestemming waarin deze ontvanger is "
            "genoemd."
        ),
        citations=(
            Citation("GDPR 4(11), 6(1)(a)"),
            Citation("EDPB 05/2020 §65"),
        ),
    ),
    CodeEntry(
        number="S10",
        name=Code.CONSENT_RECIPIENT_NOT_NAMED,
        family=Family.S_BASIS,
        severity=Severity.MEDIUM,
        explanation_en=(
            "The person consented to a category of recipients; this recipient was not named."
        ),
        explanation_nl=(
            "De betrokkene stemde in met een categorie ontvangers; deze ontvanger was niet bij "
            "naam genoemd."
        ),
        remediation_en=(
            "Name the recipient in the notice, ask the person again, and let the data protection "
            "officer decide what happens to the data that were shared."
        ),
        remediation_nl=(
            "Noem de ontvanger in de privacyverklaring, vraag de persoon opnieuw om toestemming "
            "en laat de functionaris voor gegevensbescherming beslissen over de verstrekte "
            "gegevens."
        ),
        citations=(
            Citation("GDPR 4(11), 13(1)(e)"),
            Citation("EDPB 05/2020 §65"),
            Citation("pending C-317/25"),
        ),
    ),
    CodeEntry(
        number="S11",
        name=Code.CONSENT_OTHER_DATA_CATEGORY,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en="Data were shared that the consent on record does not cover.",
        explanation_nl=(
            "Er zijn gegevens verstrekt waarop de vastgelegde toestemming geen betrekking heeft."
        ),
        remediation_en=(
            "Leave the extra data out of the transfer, have them erased by the recipient, or ask "
            "the person for a consent that covers them."
        ),
        remediation_nl=(
            "Laat de extra gegevens weg uit de verstrekking en laat de ontvanger ze wissen, of "
            "vraag de persoon om toestemming die ze omvat."
        ),
        citations=(Citation("GDPR 6(1)(a), 5(1)(c)"),),
    ),
    CodeEntry(
        number="S12",
        name=Code.CONSENT_EXPIRED,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en="The consent on record had expired when the data were shared.",
        explanation_nl="De vastgelegde toestemming was verlopen toen de gegevens werden verstrekt.",
        remediation_en="Stop this transfer and renew the consent before sharing again.",
        remediation_nl=(
            "Stop deze verstrekking en vernieuw de toestemming voordat u opnieuw verstrekt."
        ),
        citations=(
            Citation("GDPR 4(11), 5(1)(e), 6(1)(a)"),
            Citation("EDPB 05/2020 (refresh)"),
        ),
    ),
)
