"""Codes beside the basis of a share: S20 to S26 (legal model 4.6, 4.7)."""

from __future__ import annotations

from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code, Family, Severity

CODES: tuple[CodeEntry, ...] = (
    CodeEntry(
        number="S20",
        name=Code.PROCESSOR_WITHOUT_AGREEMENT,
        family=Family.S_PROC,
        severity=Severity.HIGH,
        explanation_en=(
            "Data were shared with a processor with whom no processing agreement was in force."
        ),
        explanation_nl=(
            "Er zijn gegevens verstrekt aan een verwerker met wie geen verwerkersovereenkomst gold."
        ),
        remediation_en=(
            "Suspend this transfer and conclude a processing agreement with the recipient."
        ),
        remediation_nl=(
            "Schort deze verstrekking op en sluit een verwerkersovereenkomst met de ontvanger."
        ),
        citations=(Citation("GDPR 28(3)"),),
    ),
    CodeEntry(
        number="S21",
        name=Code.PROCESSOR_OWN_PURPOSES,
        family=Family.S_PROC_OWN,
        severity=Severity.HIGH,
        explanation_en=(
            "The recipient was labelled as a processor but uses the data for its own purposes, so "
            "it is a third party."
        ),
        explanation_nl=(
            "De ontvanger was als verwerker aangemerkt maar gebruikt de gegevens voor eigen "
            "doeleinden en is dus een derde."
        ),
        remediation_en=(
            "Record the recipient as a third party, and share with it only on the person's consent."
        ),
        remediation_nl=(
            "Leg de ontvanger vast als derde en verstrek alleen met toestemming van de persoon."
        ),
        citations=(Citation("GDPR 28(10), 29, 4(10)"),),
    ),
    CodeEntry(
        number="S22",
        name=Code.JOINT_CONTROL_WITHOUT_ARRANGEMENT,
        family=Family.S_JC,
        severity=Severity.MEDIUM,
        explanation_en=(
            "Joint controllers must have an arrangement between them, and none is recorded."
        ),
        explanation_nl=(
            "Gezamenlijke verwerkingsverantwoordelijken moeten onderling een regeling hebben, en "
            "die is niet vastgelegd."
        ),
        remediation_en=(
            "Conclude an arrangement with the joint controller and make its essence available to "
            "the persons concerned."
        ),
        remediation_nl=(
            "Tref een regeling met de gezamenlijke verwerkingsverantwoordelijke en maak de kern "
            "daarvan bekend aan de betrokkenen."
        ),
        citations=(
            Citation("GDPR 26(1)-(2)"),
            Citation("C-40/17"),
        ),
    ),
    CodeEntry(
        number="S23",
        name=Code.TRANSFER_WITHOUT_SAFEGUARD,
        family=Family.S_XFER,
        severity=Severity.HIGH,
        explanation_en=(
            "Data were transferred outside the European Economic Area without an adequacy decision "
            "or an appropriate safeguard."
        ),
        explanation_nl=(
            "Er zijn gegevens buiten de Europese Economische Ruimte doorgegeven zonder "
            "adequaatheidsbesluit of passende waarborg."
        ),
        remediation_en=(
            "Suspend this transfer until an adequacy decision or an appropriate safeguard is in "
            "place."
        ),
        remediation_nl=(
            "Schort deze verstrekking op totdat er een adequaatheidsbesluit of passende waarborg "
            "is."
        ),
        citations=(Citation("GDPR 44-46"),),
    ),
    CodeEntry(
        number="S24",
        name=Code.SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT,
        family=Family.S_SPECIAL,
        severity=Severity.CRITICAL,
        explanation_en=(
            "Special categories of personal data were shared for marketing without explicit "
            "consent."
        ),
        explanation_nl=(
            "Er zijn bijzondere persoonsgegevens voor marketing verstrekt zonder uitdrukkelijke "
            "toestemming."
        ),
        remediation_en=(
            "Stop this transfer, have the data that were shared erased by the recipient, and ask "
            "for explicit consent before any further sharing."
        ),
        remediation_nl=(
            "Stop deze verstrekking, laat de ontvanger de verstrekte gegevens wissen en vraag "
            "uitdrukkelijke toestemming vóór elke verdere verstrekking."
        ),
        citations=(
            Citation("GDPR 9(1), 9(2)(a)"),
            Citation("UAVG 22"),
            Citation("C-252/21"),
        ),
        breach_assessment=True,
    ),
    CodeEntry(
        number="S25",
        name=Code.PROHIBITED_DATA_CATEGORY,
        family=Family.S_PROHIB,
        severity=Severity.CRITICAL,
        explanation_en=(
            "A national identification number, or data on criminal offences, may not be shared for "
            "marketing, not even with consent."
        ),
        explanation_nl=(
            "Een burgerservicenummer of strafrechtelijke gegevens mogen niet voor marketing worden "
            "verstrekt, ook niet met toestemming."
        ),
        remediation_en=(
            "Stop this transfer, have the data that were shared erased by the recipient, and "
            "assess within 72 hours whether this is a data breach that must be notified."
        ),
        remediation_nl=(
            "Stop deze verstrekking, laat de ontvanger de verstrekte gegevens wissen en beoordeel "
            "binnen 72 uur of dit een datalek is dat moet worden gemeld."
        ),
        citations=(
            Citation("GDPR 10, 87"),
            Citation("UAVG 46, 31-33"),
        ),
        breach_assessment=True,
    ),
    CodeEntry(
        number="S26",
        name=Code.BASIS_RECORD_MISMATCH,
        family=Family.X_RECORD,
        severity=Severity.LOW,
        explanation_en=(
            "The processing is lawful, but the recorded legal basis is missing or differs from "
            "the real one."
        ),
        explanation_nl=(
            "De verwerking is rechtmatig, maar de vastgelegde grondslag ontbreekt of wijkt af van"
            " de werkelijke."
        ),
        remediation_en=(
            "Correct the legal basis in the source system, in the record of processing and in the"
            " privacy notice."
        ),
        remediation_nl=(
            "Corrigeer de grondslag in het bronsysteem, in het verwerkingsregister en in de "
            "privacyverklaring."
        ),
        citations=(
            Citation("GDPR 5(1)(a), 5(2), 13(1)(c), 30"),
            Citation("EDPB 05/2020 (no swapping)"),
        ),
    ),
)
