"""What a finding reports, in a few words, as part of the sentence that closes it."""

from __future__ import annotations

from typing import Final

from streams.core.texts.wording import Bilingual
from streams.core.vocabulary import Code

REPORTS: Final[dict[Code, Bilingual]] = {
    Code.SHARE_AFTER_OBJECTION: Bilingual(
        "sharing after an objection", "een verstrekking na bezwaar"
    ),
    Code.SHARE_AFTER_WITHDRAWAL: Bilingual(
        "sharing after a withdrawal of consent",
        "een verstrekking na intrekking van de toestemming",
    ),
    Code.SHARE_DESPITE_REFUSAL: Bilingual(
        "sharing despite a refusal", "een verstrekking ondanks weigering"
    ),
    Code.LEGITIMATE_INTEREST_REJECTED: Bilingual(
        "sharing on the basis of legitimate interest",
        "een verstrekking op grond van gerechtvaardigd belang",
    ),
    Code.SOFT_OPT_IN_NOT_FOR_SHARING: Bilingual(
        "sharing on the exception for existing customers",
        "een verstrekking op grond van de uitzondering voor bestaande klanten",
    ),
    Code.OTHER_BASIS_REJECTED: Bilingual(
        "sharing on a basis other than consent",
        "een verstrekking op een andere grondslag dan toestemming",
    ),
    Code.NO_CONSENT: Bilingual("sharing without consent", "een verstrekking zonder toestemming"),
    Code.CONSENT_OTHER_PURPOSE: Bilingual(
        "sharing on a consent for another purpose",
        "een verstrekking op een toestemming voor een ander doel",
    ),
    Code.CONSENT_OTHER_RECIPIENT: Bilingual(
        "sharing on a consent for another recipient",
        "een verstrekking op een toestemming voor een andere ontvanger",
    ),
    Code.CONSENT_RECIPIENT_NOT_NAMED: Bilingual(
        "sharing with a recipient that the consent does not name",
        "een verstrekking aan een ontvanger die de toestemming niet noemt,",
    ),
    Code.CONSENT_OTHER_DATA_CATEGORY: Bilingual(
        "sharing data that the consent does not cover",
        "een verstrekking van gegevens die de toestemming niet dekt,",
    ),
    Code.CONSENT_EXPIRED: Bilingual(
        "sharing on an expired consent", "een verstrekking op een verlopen toestemming"
    ),
    Code.CONSENT_NOT_AFFIRMATIVE: Bilingual(
        "sharing on a consent without an affirmative act",
        "een verstrekking op een toestemming zonder actieve handeling",
    ),
    Code.CONSENT_MINOR_NO_GUARDIAN: Bilingual(
        "sharing on a consent that the legal representative did not give",
        "een verstrekking op een toestemming die de wettelijk vertegenwoordiger niet gaf,",
    ),
    Code.CONSENT_NOT_DEMONSTRABLE: Bilingual(
        "sharing on a consent that cannot be demonstrated",
        "een verstrekking op een toestemming die niet kan worden aangetoond,",
    ),
    Code.CONSENT_NOT_INFORMED: Bilingual(
        "sharing on a consent without proper information",
        "een verstrekking op een toestemming zonder goede informatie",
    ),
    Code.CONSENT_NOT_FREE_OR_SPECIFIC: Bilingual(
        "sharing on a consent that is not free or not specific",
        "een verstrekking op een toestemming die niet vrij of niet specifiek is,",
    ),
    Code.PROCESSOR_WITHOUT_AGREEMENT: Bilingual(
        "a processor without an agreement", "een verwerker zonder overeenkomst"
    ),
    Code.PROCESSOR_OWN_PURPOSES: Bilingual(
        "a processor with purposes of its own", "een verwerker met eigen doeleinden"
    ),
    Code.JOINT_CONTROL_WITHOUT_ARRANGEMENT: Bilingual(
        "joint control without an arrangement",
        "gezamenlijke verantwoordelijkheid zonder regeling",
    ),
    Code.TRANSFER_WITHOUT_SAFEGUARD: Bilingual(
        "a transfer without a safeguard", "een doorgifte zonder waarborg"
    ),
    Code.SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT: Bilingual(
        "sharing special categories of data without explicit consent",
        "een verstrekking van bijzondere persoonsgegevens zonder uitdrukkelijke toestemming",
    ),
    Code.PROHIBITED_DATA_CATEGORY: Bilingual(
        "sharing data that may never be shared for marketing",
        "een verstrekking van gegevens die nooit voor marketing mogen worden gedeeld,",
    ),
    Code.BASIS_RECORD_MISMATCH: Bilingual(
        "a wrongly recorded legal basis", "een onjuist vastgelegde grondslag"
    ),
    Code.MSG_AFTER_OPT_OUT: Bilingual("a message after an opt-out", "een bericht na afmelding"),
    Code.MSG_THIRD_PARTY_OFFER_NO_CONSENT: Bilingual(
        "a third party's offer without consent", "een aanbod van een derde zonder toestemming"
    ),
    Code.MSG_CHANNEL_REQUIRES_CONSENT: Bilingual(
        "a message on a channel that requires consent",
        "een bericht via een kanaal waarvoor toestemming nodig is,",
    ),
    Code.MSG_NO_PRIOR_SALE: Bilingual(
        "a message without an earlier sale", "een bericht zonder eerdere verkoop"
    ),
    Code.MSG_NOT_SAME_SELLER: Bilingual(
        "a message from a company that made no sale",
        "een bericht van een bedrijf dat niets heeft verkocht,",
    ),
    Code.MSG_CONTACT_NOT_FROM_SALE: Bilingual(
        "a message to a contact detail that did not come from a sale",
        "een bericht aan een contactgegeven dat niet uit een verkoop komt",
    ),
    Code.MSG_NO_OPT_OUT_AT_COLLECTION: Bilingual(
        "a message to a contact detail collected without an opt-out",
        "een bericht aan een contactgegeven dat zonder afmeldmogelijkheid is verzameld,",
    ),
    Code.MSG_SALE_REVERSED: Bilingual(
        "a message after a reversed sale", "een bericht na een teruggedraaide verkoop"
    ),
    Code.MSG_NOT_SIMILAR_PRODUCT: Bilingual(
        "a message about products that are not similar",
        "een bericht over producten die niet gelijksoortig zijn,",
    ),
    Code.MSG_SOFT_OPT_IN_STALE: Bilingual(
        "a message long after the last sale", "een bericht lang na de laatste verkoop"
    ),
    Code.MSG_NO_VALID_CONSENT: Bilingual(
        "a message without a valid consent", "een bericht zonder geldige toestemming"
    ),
    Code.MSG_NO_UNSUBSCRIBE: Bilingual(
        "a message without a way to unsubscribe", "een bericht zonder afmeldmogelijkheid"
    ),
    Code.MSG_SENDER_NOT_IDENTIFIABLE: Bilingual(
        "a message without a recognisable sender", "een bericht zonder herkenbare afzender"
    ),
    Code.RECIPIENT_NOTIFICATION_DUE: Bilingual(
        "a duty to notify a recipient", "een plicht om een ontvanger te informeren"
    ),
    Code.RECIPIENT_NOT_NOTIFIED: Bilingual(
        "a recipient that was not notified", "een ontvanger die niet is geïnformeerd,"
    ),
    Code.CONSENT_DEFECT_RECORDED: Bilingual(
        "a consent with a defect", "een toestemming met een gebrek"
    ),
    Code.UNPROCESSABLE_EVENT: Bilingual(
        "an event that could not be assessed", "een gebeurtenis die niet kon worden beoordeeld,"
    ),
    Code.RAW_PERSONAL_DATA_IN_EVENT: Bilingual(
        "readable personal data in an event", "leesbare persoonsgegevens in een gebeurtenis"
    ),
    Code.EVENT_ID_CONFLICT: Bilingual(
        "two events with the same id", "twee gebeurtenissen met hetzelfde id"
    ),
    Code.FUTURE_TIMESTAMP: Bilingual(
        "an event with a time in the future", "een gebeurtenis met een tijdstip in de toekomst"
    ),
}
"""By code: "The report of ... is withdrawn", "De melding van ... is ingetrokken".

In Dutch a comma closes a relative clause.
"""
