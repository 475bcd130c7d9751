"""Codes of a share whose consent is not valid in itself: S13 to S17 (legal model 4.6, 4.7)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.law import UAVG_5_REVISED
from streams.core.vocabulary import Code, Family, Severity

CODES: tuple[CodeEntry, ...] = (
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
