"""Codes of what the consent for a share lacks: S07 to S17 (legal model 4.6, 4.7)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.law import UAVG_5_REVISED
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
    CodeEntry(
        number="S13",
        name=Code.CONSENT_NOT_AFFIRMATIVE,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "The consent on record is not a clear affirmative act: the box was ticked beforehand, "
            "for example, or consent was implied, or the form misled the person."
        ),
        explanation_nl=(
            "De vastgelegde toestemming is geen duidelijke actieve handeling: het vakje was "
            "bijvoorbeeld vooraf aangevinkt, de toestemming werd verondersteld of het formulier "
            "misleidde de persoon."
        ),
        remediation_en="Mark this consent as invalid, correct the form, and ask the person again.",
        remediation_nl=(
            "Markeer deze toestemming als ongeldig, herstel het formulier en vraag de persoon "
            "opnieuw."
        ),
        citations=(
            Citation("GDPR 4(11), rec. 32"),
            Citation("C-673/17"),
            Citation("C-61/19"),
            Citation("CNIL SAN-2025-001, SAN-2025-002 (misleading forms)"),
        ),
    ),
    CodeEntry(
        number="S14",
        name=Code.CONSENT_MINOR_NO_GUARDIAN,
        family=Family.S_BASIS,
        severity=Severity.CRITICAL,
        explanation_en=(
            "The person was under 16 or under guardianship when consent was given, and the legal "
            "representative did not consent."
        ),
        explanation_nl=(
            "De betrokkene was bij het geven van toestemming jonger dan 16 of stond onder "
            "curatele, bewind of mentorschap, en de wettelijk vertegenwoordiger heeft niet "
            "ingestemd."
        ),
        remediation_en=(
            "Stop this transfer, have the data that were shared erased by the recipient, and ask "
            "the legal representative for consent."
        ),
        remediation_nl=(
            "Stop deze verstrekking, laat de ontvanger de verstrekte gegevens wissen en vraag de "
            "wettelijk vertegenwoordiger om toestemming."
        ),
        citations=(
            Citation("GDPR 8"),
            Citation("UAVG 5(1)-(2) (text before 1 Sep 2026)", until=UAVG_5_REVISED),
            Citation("UAVG 5(1)-(2) (text of 1 Sep 2026)", since=UAVG_5_REVISED),
        ),
    ),
    CodeEntry(
        number="S15",
        name=Code.CONSENT_NOT_DEMONSTRABLE,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en="The controller cannot demonstrate that consent was given before the share.",
        explanation_nl=(
            "De verwerkingsverantwoordelijke kan niet aantonen dat vóór de verstrekking "
            "toestemming is gegeven."
        ),
        remediation_en=(
            "Find the evidence of this consent; if there is none, treat it as if it had not been "
            "given."
        ),
        remediation_nl=(
            "Zoek het bewijs van deze toestemming; is dat er niet, behandel haar dan als niet "
            "gegeven."
        ),
        citations=(
            Citation("GDPR 7(1), 5(2), 24"),
            Citation("C-61/19"),
        ),
    ),
    CodeEntry(
        number="S16",
        name=Code.CONSENT_NOT_INFORMED,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "There is no proof that the person was informed of who would receive the data, and "
            "why, and of the right to withdraw consent."
        ),
        explanation_nl=(
            "Er is geen bewijs dat de betrokkene is geïnformeerd over wie de gegevens krijgt en "
            "waarvoor, en over het recht om toestemming in te trekken."
        ),
        remediation_en="Publish a correct notice and ask the person again.",
        remediation_nl=(
            "Publiceer een juiste privacyverklaring en vraag de persoon opnieuw om toestemming."
        ),
        citations=(
            Citation("GDPR 4(11), 7(3), 13(1)(c),(e), 13(2)(c)"),
            Citation("C-61/19"),
        ),
    ),
    CodeEntry(
        number="S17",
        name=Code.CONSENT_NOT_FREE_OR_SPECIFIC,
        family=Family.S_BASIS,
        severity=Severity.HIGH,
        explanation_en=(
            "The consent was tied to other terms or purposes, so it was not given freely and "
            "specifically."
        ),
        explanation_nl=(
            "De toestemming was gekoppeld aan andere voorwaarden of doelen en is daarom niet vrij "
            "en specifiek gegeven."
        ),
        remediation_en=(
            "Ask for this consent separately from terms and other purposes, and ask the person "
            "again."
        ),
        remediation_nl=(
            "Vraag deze toestemming los van voorwaarden en andere doelen, en vraag de persoon "
            "opnieuw."
        ),
        citations=(
            Citation("GDPR 7(2), 7(4), rec. 32, 42-43"),
            Citation("EDPB 05/2020"),
            Citation("C-61/19"),
        ),
    ),
)
