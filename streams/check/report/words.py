"""What the report calls things, in English and Dutch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple


class Pair(NamedTuple):
    """A text in both languages."""

    en: str
    nl: str


def both(text: str) -> Pair:
    """An id or symbol, which no language changes."""
    return Pair(text, text)


def joined(parts: Iterable[Pair], separator: str = ", ") -> Pair:
    """Texts one after the other."""
    listed = list(parts)
    return Pair(
        separator.join(part.en for part in listed), separator.join(part.nl for part in listed)
    )


def label(symbol: str | None) -> Pair:
    """The words for a symbol of a vocabulary; an unknown one stands for itself."""
    if symbol is None:
        return Pair("not stated", "niet opgegeven")
    return LABELS.get(symbol) or both(symbol.replace("_", " ").lower())


def reason(symbol: str) -> Pair:
    """The words for the reason of a finding."""
    if symbol.startswith("CLAIMED_"):
        claimed = label(symbol.removeprefix("CLAIMED_"))
        return Pair(f"the claimed basis is {claimed.en}", f"de opgegeven grondslag is {claimed.nl}")
    return REASONS.get(symbol) or LABELS.get(symbol) or both(symbol)


LABELS: Final[Mapping[str, Pair]] = {
    # Purposes
    "THIRD_PARTY_DIRECT_MARKETING": Pair(
        "direct marketing by third parties", "direct marketing door derden"
    ),
    "OWN_DIRECT_MARKETING": Pair("own direct marketing", "eigen direct marketing"),
    "AD_AUDIENCE_MATCHING": Pair("ad audience matching", "matching van advertentiedoelgroepen"),
    "THIRD_PARTY_OFFERS": Pair("offers of third parties", "aanbiedingen van derden"),
    "SUPPRESSION": Pair("suppression", "blokkering (suppressie)"),
    "ORDER_FULFILMENT": Pair("order fulfilment", "uitvoering van de bestelling"),
    "PAYMENT": Pair("payment", "betaling"),
    "FRAUD_PREVENTION": Pair("fraud prevention", "fraudepreventie"),
    "ANALYTICS": Pair("analytics", "analyse"),
    "SERVICE_COMMUNICATION": Pair("service communication", "servicecommunicatie"),
    "OTHER": Pair("another purpose", "een ander doel"),
    # Roles
    "THIRD_PARTY": Pair("third party", "derde"),
    "JOINT_CONTROLLER": Pair("joint controller", "gezamenlijke verwerkingsverantwoordelijke"),
    "PROCESSOR": Pair("processor", "verwerker"),
    "OWN_CONTROLLER": Pair("the controller itself", "de verwerkingsverantwoordelijke zelf"),
    "UNKNOWN": Pair("unknown", "onbekend"),
    # Bases
    "CONSENT": Pair("consent", "toestemming"),
    "SOFT_OPT_IN": Pair("customer exception (soft opt-in)", "klantuitzondering (soft opt-in)"),
    "LEGITIMATE_INTEREST": Pair("legitimate interest", "gerechtvaardigd belang"),
    "CONTRACT": Pair("contract", "overeenkomst"),
    "LEGAL_OBLIGATION": Pair("legal obligation", "wettelijke verplichting"),
    "PUBLIC_TASK": Pair("public task", "publieke taak"),
    "VITAL_INTEREST": Pair("vital interest", "vitaal belang"),
    "NONE": Pair("none", "geen"),
    # Data categories
    "EMAIL": Pair("e-mail", "e-mail"),
    "PHONE": Pair("phone number", "telefoonnummer"),
    "NAME": Pair("name", "naam"),
    "POSTAL_ADDRESS": Pair("postal address", "postadres"),
    "RESIDENCE": Pair("place of residence", "woonplaats"),
    "NAW": Pair("name, address and residence", "naam, adres en woonplaats"),
    "BIRTH_DATE": Pair("birth date", "geboortedatum"),
    "GENDER": Pair("gender", "geslacht"),
    "CUSTOMER_ID": Pair("customer number", "klantnummer"),
    "DEVICE_OR_AD_ID": Pair("device or advertising id", "apparaat- of advertentie-id"),
    "IP_ADDRESS": Pair("IP address", "IP-adres"),
    "PURCHASE_HISTORY": Pair("purchase history", "aankoopgeschiedenis"),
    "BROWSING": Pair("browsing behaviour", "surfgedrag"),
    "LOCATION": Pair("location", "locatie"),
    "PROFILE_SEGMENT": Pair("profile segment", "profielsegment"),
    "FINANCIAL": Pair("financial data", "financiële gegevens"),
    "HEALTH": Pair("health data", "gezondheidsgegevens"),
    "RELIGION": Pair("religion", "religie"),
    "POLITICAL_OPINION": Pair("political opinion", "politieke opvatting"),
    "ETHNICITY": Pair("ethnicity", "etnische afkomst"),
    "SEXUAL_ORIENTATION": Pair("sexual orientation", "seksuele gerichtheid"),
    "BIOMETRIC_ID": Pair("biometric identification", "biometrische identificatie"),
    "GENETIC": Pair("genetic data", "genetische gegevens"),
    "TRADE_UNION": Pair("trade union membership", "vakbondslidmaatschap"),
    "BSN": Pair("citizen service number (BSN)", "burgerservicenummer (BSN)"),
    "CRIMINAL_OFFENCE": Pair("criminal-offence data", "strafrechtelijke gegevens"),
    # Channels
    "SMS": Pair("SMS", "sms"),
    "MESSAGING_APP": Pair("messaging app", "berichtenapp"),
    "SOCIAL_DM": Pair("direct message on social media", "privébericht op sociale media"),
    "PUSH": Pair("push message", "pushbericht"),
    "INBOX_AD": Pair("inbox advertisement", "inboxadvertentie"),
    "AUTOMATED_CALL": Pair("automated call", "automatisch telefoongesprek"),
    "FAX": Pair("fax", "fax"),
    "PHONE_HUMAN": Pair("phone call", "telefoongesprek"),
    "POST": Pair("post", "post"),
    # Protection
    "HASHED": Pair("hashed", "gehasht"),
    "ENCRYPTED": Pair("encrypted", "versleuteld"),
    "PSEUDONYMISED": Pair("pseudonymised", "gepseudonimiseerd"),
    # Consent methods
    "CHECKBOX_UNTICKED": Pair("unticked checkbox", "niet-aangevinkt vakje"),
    "BUTTON": Pair("button", "knop"),
    "DOUBLE_OPT_IN": Pair("double opt-in", "dubbele opt-in"),
    "WRITTEN_SIGNED": Pair("signed writing", "ondertekend geschrift"),
    "ORAL_RECORDED": Pair("recorded spoken words", "opgenomen mondelinge verklaring"),
    "EXPLICIT_STATEMENT": Pair("explicit statement", "uitdrukkelijke verklaring"),
    "PRE_TICKED": Pair("pre-ticked box", "vooraf aangevinkt vakje"),
    "IMPLICIT_USE": Pair("use of the service", "gebruik van de dienst"),
    "SILENCE": Pair("silence", "stilzwijgen"),
    "TERMS_ACCEPTANCE": Pair("acceptance of terms", "aanvaarding van voorwaarden"),
    "IMPORTED_UNKNOWN": Pair("import of unknown origin", "import van onbekende herkomst"),
    "MISLEADING_DESIGN": Pair("misleading form", "misleidend formulier"),
    # Age
    "UNDER_12": Pair("under 12", "jonger dan 12"),
    "AGE_12_15": Pair("12 to 15 years", "12 tot en met 15 jaar"),
    "UNDER_16": Pair("under 16", "jonger dan 16"),
    "AGE_16_17": Pair("16 or 17 years", "16 of 17 jaar"),
    "ADULT": Pair("adult", "volwassen"),
    # Actors
    "SUBJECT": Pair("the person", "de betrokkene"),
    "GUARDIAN": Pair("the legal representative", "de wettelijk vertegenwoordiger"),
    "CONTROLLER": Pair("the controller", "de verwerkingsverantwoordelijke"),
    "RECIPIENT": Pair("a recipient", "een ontvanger"),
    # Signals, and what notifications and duties are about
    "GRANTED": Pair("Consent given", "Toestemming gegeven"),
    "REFUSED": Pair("Refused", "Geweigerd"),
    "WITHDRAWN": Pair("Consent withdrawn", "Toestemming ingetrokken"),
    "OBJECTED": Pair("Objected", "Bezwaar gemaakt"),
    "ERASED": Pair("Erasure asked", "Om wissing verzocht"),
    "WITHDRAWAL": Pair("withdrawal", "intrekking"),
    "OBJECTION": Pair("objection", "bezwaar"),
    "ERASURE": Pair("erasure", "wissing"),
    "UNLAWFUL_SHARE": Pair("unlawful share", "onrechtmatige verstrekking"),
    "SHARE_AFTER_OBJECTION": Pair("share after objection", "verstrekking na bezwaar"),
    "SHARE_AFTER_WITHDRAWAL": Pair("share after withdrawal", "verstrekking na intrekking"),
    "SHARE_DESPITE_REFUSAL": Pair("share despite refusal", "verstrekking ondanks weigering"),
    # Sales
    "PURCHASED": Pair("Bought", "Gekocht"),
    "REFUNDED_FULL": Pair("Refunded in full", "Volledig terugbetaald"),
    "REFUNDED_PARTIAL": Pair("Refunded in part", "Deels terugbetaald"),
    "CANCELLED": Pair("Cancelled", "Geannuleerd"),
    "DIRECT": Pair("paid", "betaald"),
    "INDIRECT_FREEMIUM": Pair("freemium, not paid", "freemium, niet betaald"),
    # Status of duties
    "DUE": Pair("due", "te doen"),
    "FULFILLED": Pair("fulfilled", "nagekomen"),
    "OVERDUE": Pair("overdue", "te laat"),
    "FULFILLED_LATE": Pair("fulfilled late", "te laat nagekomen"),
    # Severities
    "CRITICAL": Pair("Critical", "Kritiek"),
    "HIGH": Pair("High", "Hoog"),
    "MEDIUM": Pair("Medium", "Midden"),
    "LOW": Pair("Low", "Laag"),
    "OBLIGATION": Pair("Obligation", "Verplichting"),
    "ADVISORY": Pair("Advisory", "Advies"),
    "QUALITY": Pair("Data quality", "Datakwaliteit"),
}

REASONS: Final[Mapping[str, Pair]] = {
    "NO_RECORD": Pair("no consent on record", "geen toestemming vastgelegd"),
    "GRANTED_LATER": Pair("consent was given later", "toestemming is later gegeven"),
    "CITED_CONSENT_UNKNOWN": Pair(
        "the consent that was cited is unknown", "de aangehaalde toestemming is onbekend"
    ),
    "OTHER_PURPOSE": Pair("consent was for another purpose", "toestemming was voor een ander doel"),
    "OTHER_RECIPIENT": Pair(
        "consent was for another recipient", "toestemming was voor een andere ontvanger"
    ),
    "RECIPIENT_NOT_NAMED": Pair("the recipient was not named", "de ontvanger was niet genoemd"),
    "OTHER_DATA_CATEGORY": Pair(
        "consent was for other data", "toestemming was voor andere gegevens"
    ),
    "OTHER_CHANNEL": Pair(
        "consent was for another channel", "toestemming was voor een ander kanaal"
    ),
    "EXPIRED": Pair("consent had expired", "toestemming was verlopen"),
    "NOT_AFFIRMATIVE": Pair("no clear affirmative act", "geen duidelijke actieve handeling"),
    "MINOR": Pair(
        "a minor, or under guardianship, without consent of the representative",
        "minderjarig of onder curatele, zonder instemming van de vertegenwoordiger",
    ),
    "NOT_DEMONSTRABLE": Pair("consent cannot be demonstrated", "toestemming is niet aantoonbaar"),
    "NOT_INFORMED": Pair("not sufficiently informed", "onvoldoende geïnformeerd"),
    "NOTICE_DEFECTIVE": Pair(
        "the notice or form is marked as misleading",
        "de privacyverklaring of het formulier is als misleidend aangemerkt",
    ),
    "OTHER_TOPIC": Pair(
        "consent was for another topic", "toestemming was voor een ander onderwerp"
    ),
    "NOT_FREE_OR_SPECIFIC": Pair(
        "consent not free or specific", "toestemming niet vrij of specifiek"
    ),
    "CALLER_ID": Pair("the caller's number was hidden", "het nummer was afgeschermd"),
    "SENDER_IDENTITY": Pair("the sender is not shown", "de afzender is niet vermeld"),
    "CONTACT_POINT": Pair("no contact point is given", "er is geen contactpunt vermeld"),
}
