"""What the letter to a person says, in English and Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streams.check.report.words import Pair

TEXTS: Final[Mapping[str, Pair]] = {
    "title": Pair("Who received your personal data", "Wie uw persoonsgegevens hebben ontvangen"),
    "opening": Pair(
        "You asked us which personal data we hold about you and with whom we shared them. This "
        "letter names every organisation that received data about you from us, as our systems "
        "recorded it. It is the part of our answer that article 15(1)(c) of the General Data "
        "Protection Regulation (GDPR) asks for.",
        "U hebt ons gevraagd welke persoonsgegevens wij van u hebben en met wie wij die hebben "
        "gedeeld. Deze brief noemt elke organisatie die gegevens over u van ons heeft ontvangen, "
        "zoals onze systemen dat hebben vastgelegd. Dit is het deel van ons antwoord waar "
        "artikel 15, lid 1, onder c, van de Algemene verordening gegevensbescherming (AVG) om "
        "vraagt.",
    ),
    "none": Pair(
        "Our systems recorded no organisation that received data about you.",
        "Onze systemen hebben geen organisatie vastgelegd die gegevens over u heeft ontvangen.",
    ),
    "recipient": Pair("Organisation", "Organisatie"),
    "country": Pair("Country", "Land"),
    "role": Pair("Its role", "Rol"),
    "data": Pair("Which data", "Welke gegevens"),
    "purpose": Pair("What for", "Waarvoor"),
    "dates": Pair("On which days", "Op welke dagen"),
    "unnamed": Pair(
        "[legal name to be filled in; our reference: {}]",
        "[juridische naam invullen; ons kenmerk: {}]",
    ),
    "unstated": Pair("not recorded", "niet vastgelegd"),
    "and_unstated": Pair(
        "for {} of these occasions it is not recorded which data",
        "bij {} van deze keren is niet vastgelegd welke gegevens",
    ),
    "until": Pair(
        "This is what was recorded up to {} (UTC). Records are deleted after their retention "
        "period; what was shared before that, or outside of these systems, is not in this list.",
        "Dit is wat is vastgelegd tot {} (UTC). Vastgelegde gegevens worden na hun bewaartermijn "
        "verwijderd; wat eerder, of buiten deze systemen om, is gedeeld, staat niet in deze lijst.",
    ),
    "restricted": Pair(
        "Since {} the processing of your data is restricted (GDPR, article 18). We keep them and "
        "show them to nobody; this letter was made because you asked for it.",
        "Sinds {} is de verwerking van uw gegevens beperkt (AVG, artikel 18). Wij bewaren ze en "
        "tonen ze aan niemand; deze brief is gemaakt omdat u daarom hebt gevraagd.",
    ),
    "rights": Pair(
        "You may ask us to correct or erase your data, object to their use, and withdraw a "
        "consent at any time. You may also complain to the Dutch data protection authority "
        "(Autoriteit Persoonsgegevens).",
        "U kunt ons vragen uw gegevens te corrigeren of te wissen, bezwaar maken tegen het gebruik "
        "ervan, en een toestemming op elk moment intrekken. U kunt ook een klacht indienen bij de "
        "Autoriteit Persoonsgegevens.",
    ),
    "law": Pair(
        "GDPR, articles 4(9), 12, 15(1)(a) to (c); Court of Justice of the EU, 12 January 2023, "
        "C-154/21 (a person may learn who the recipients are, not only of which kind).",
        "AVG, artikel 4, punt 9, artikel 12 en artikel 15, lid 1, onder a tot en met c; Hof van "
        "Justitie van de EU, 12 januari 2023, C-154/21 (iemand mag weten wie de ontvangers zijn, "
        "en niet alleen wat voor soort ontvangers).",
    ),
}
