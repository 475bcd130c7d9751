"""Which test a consent fails, in a sentence, for the codes that name it as their reason.

MSG_NO_VALID_CONSENT and CONSENT_DEFECT_RECORDED say it after their own explanation.
"""

from __future__ import annotations

from typing import Final

from streams.core.texts.variants import Variant
from streams.core.texts.wording import Bilingual
from streams.core.vocabulary import CLAIMED, Cause, Code, Reason

_OF_A_GRANT: Final[dict[Cause | Variant, Bilingual]] = {
    Reason.NOT_AFFIRMATIVE: Bilingual(
        "It was not given by a clear affirmative act.",
        "Zij is niet door een duidelijke actieve handeling gegeven.",
    ),
    Reason.MINOR: Bilingual(
        "The person was under 16 or under guardianship, and the legal representative did not "
        "consent.",
        "De betrokkene was jonger dan 16 of stond onder curatele, bewind of mentorschap, en de "
        "wettelijk vertegenwoordiger heeft niet ingestemd.",
    ),
    Reason.NOT_DEMONSTRABLE: Bilingual(
        "There is no evidence with which it can be demonstrated.",
        "Er is geen bewijs waarmee zij kan worden aangetoond.",
    ),
    Reason.NOT_INFORMED: Bilingual(
        "There is no proof that the person was properly informed.",
        "Er is geen bewijs dat de betrokkene goed is geïnformeerd.",
    ),
    Reason.NOTICE_DEFECTIVE: Bilingual(
        "The notice or form through which it was given is marked as misleading.",
        "De tekst of het formulier waarmee zij is gegeven, is als misleidend aangemerkt.",
    ),
    Reason.NOT_FREE_OR_SPECIFIC: Bilingual(
        "It was tied to other terms or purposes, so it was not given freely and specifically.",
        "Zij was gekoppeld aan andere voorwaarden of doelen en is daarom niet vrij en specifiek "
        "gegeven.",
    ),
}

_OF_A_MESSAGE: Final[dict[Cause | Variant, Bilingual]] = {
    Reason.NO_RECORD: Bilingual("No consent is on record.", "Er is geen toestemming vastgelegd."),
    Reason.GRANTED_LATER: Bilingual(
        "The person gave consent only after the message had been sent.",
        "De betrokkene gaf pas toestemming nadat het bericht was verstuurd.",
    ),
    Reason.OTHER_PURPOSE: Bilingual(
        "The consent on record was given for another purpose.",
        "De vastgelegde toestemming is voor een ander doel gegeven.",
    ),
    Reason.OTHER_RECIPIENT: Bilingual(
        "The consent on record does not name this sender.",
        "De vastgelegde toestemming noemt deze afzender niet.",
    ),
    Reason.RECIPIENT_NOT_NAMED: Bilingual(
        "The consent on record names a category of companies, and not this sender.",
        "De vastgelegde toestemming noemt een categorie bedrijven en niet deze afzender.",
    ),
    Reason.OTHER_CHANNEL: Bilingual(
        "The consent on record does not cover this channel.",
        "De vastgelegde toestemming geldt niet voor dit kanaal.",
    ),
    Reason.OTHER_TOPIC: Bilingual(
        "The consent on record does not cover the topic of this message.",
        "De vastgelegde toestemming geldt niet voor het onderwerp van dit bericht.",
    ),
    Reason.EXPIRED: Bilingual(
        "The consent on record had expired.", "De vastgelegde toestemming was verlopen."
    ),
    Reason.NOT_AFFIRMATIVE: Bilingual(
        "The consent on record was not given by a clear affirmative act.",
        "De vastgelegde toestemming is niet door een duidelijke actieve handeling gegeven.",
    ),
    Reason.MINOR: _OF_A_GRANT[Reason.MINOR],
    Reason.NOT_DEMONSTRABLE: Bilingual(
        "There is no evidence with which the consent on record can be demonstrated.",
        "Er is geen bewijs waarmee de vastgelegde toestemming kan worden aangetoond.",
    ),
    Reason.NOT_INFORMED: _OF_A_GRANT[Reason.NOT_INFORMED],
    Reason.NOTICE_DEFECTIVE: Bilingual(
        "The notice or form behind the consent on record is marked as misleading.",
        "De tekst of het formulier achter de vastgelegde toestemming is als misleidend aangemerkt.",
    ),
    Reason.NOT_FREE_OR_SPECIFIC: Bilingual(
        "The consent on record was tied to other terms or purposes.",
        "De vastgelegde toestemming was gekoppeld aan andere voorwaarden of doelen.",
    ),
}

_OTHER_BASIS: Final = Bilingual(
    "The message could rest on another legal basis than the one that was recorded, but the "
    "policy does not accept that.",
    "Het bericht zou op een andere grondslag kunnen berusten dan is vastgelegd, maar het beleid "
    "aanvaardt dat niet.",
)

FAILED_TESTS: Final[dict[Code, dict[Cause | Variant, Bilingual]]] = {
    Code.MSG_NO_VALID_CONSENT: _OF_A_MESSAGE | dict.fromkeys(CLAIMED.values(), _OTHER_BASIS),
    Code.CONSENT_DEFECT_RECORDED: _OF_A_GRANT,
}
"""The sentence by code and reason."""
