"""One sentence for a fact, in English and Dutch, from its fields alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from streams.check.report.words import Pair, both, joined, label
from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.instants import Instant, format_instant
from streams.core.vocabulary import AgeBand, ConsentAction, Protection, PurchaseAction, Purpose

_YES: Final = Pair("yes", "ja")
_NO: Final = Pair("no", "nee")


def describe(event: Event) -> Pair:
    """What happened, as the event states it."""
    match event:
        case ConsentChange(action=ConsentAction.GRANTED):
            return _sentence(_grant(event))
        case ConsentChange():
            return _sentence(_signal(event))
        case Purchase():
            return _sentence(_purchase(event))
        case DataShare():
            return _sentence(_share(event))
        case MarketingMessage():
            return _sentence(_message(event))
        case RecipientNotification():
            return _sentence(_notification(event))


def _grant(event: ConsentChange) -> Iterator[Pair]:
    method = label(event.consent_method)
    ref = f" {event.consent_id}" if event.consent_id else ""
    yield Pair(f"Consent{ref} given: {method.en}", f"Toestemming{ref} gegeven: {method.nl}")
    yield _named("for", "voor", _labels(event.purposes))
    yield from _scope(event)
    yield from _proof(event)
    if event.expires_at is not None:
        yield _named("expires", "verloopt", both(moment(event.expires_at)))
    if event.replaces_consent_id:
        yield _named("replaces", "vervangt", both(event.replaces_consent_id))
    if event.age_band is not None and event.age_band is not AgeBand.ADULT:
        yield _named("age", "leeftijd", label(event.age_band))
        yield _named("representative consented", "vertegenwoordiger stemde in",
                     _answer(event.guardian_consent))  # fmt: skip
    if event.separate_act is False:
        yield Pair("no separate act", "geen afzonderlijke handeling")
    if event.bundled_with_terms:
        yield Pair("bundled with terms", "gekoppeld aan voorwaarden")
    if event.condition_of_service:
        yield Pair("a condition of the service", "voorwaarde voor de dienst")


def _scope(event: ConsentChange) -> Iterator[Pair]:
    to = [both(name) for name in (*event.recipient_ids, *event.recipient_categories)]
    if to:
        yield _named("to", "aan", joined(to))
    elif Purpose.OWN_DIRECT_MARKETING not in event.purposes:
        yield Pair("no recipient named", "geen ontvanger genoemd")
    if event.data_categories:
        yield _named("data", "gegevens", _labels(event.data_categories))
    if event.channels:
        yield _named("channels", "kanalen", _labels(event.channels))
    yield from _topics(event)


def _topics(event: ConsentChange) -> Iterator[Pair]:
    if event.topics:
        yield _named("topics", "onderwerpen", joined(both(topic) for topic in event.topics))


def _proof(event: ConsentChange) -> Iterator[Pair]:
    if event.notice_version:
        yield _named("notice", "privacyverklaring", both(event.notice_version))
    else:
        yield Pair("no notice recorded", "geen privacyverklaring vastgelegd")
    if not event.evidence_ref:
        yield Pair("no evidence recorded", "geen bewijs vastgelegd")
    if event.verified_contact:
        yield _named("verified", "geverifieerd", _labels(event.verified_contact))
    if event.recorded_at != event.occurred_at:
        yield _named("recorded", "vastgelegd", both(moment(event.recorded_at)))


def _signal(event: ConsentChange) -> Iterator[Pair]:
    yield label(event.action)
    if event.purposes:
        yield _named("for", "voor", _labels(event.purposes))
    elif not event.consent_id:
        yield Pair("all direct marketing", "alle direct marketing")
    if event.consent_id:
        yield _named("consent", "toestemming", both(event.consent_id))
    to = [both(name) for name in (*event.recipient_ids, *event.recipient_categories)]
    if to:
        yield _named("towards", "jegens", joined(to))
    if event.channels:
        yield _named("channels", "kanalen", _labels(event.channels))
    yield from _topics(event)
    if event.actor is not None:
        yield _named("by", "door", label(event.actor))
    if event.via:
        yield _named("via", "via", both(event.via))


def _purchase(event: Purchase) -> Iterator[Pair]:
    what = joined(both(name) for name in event.product_categories)
    action = label(event.action)
    of = f" ({event.purchase_id})"
    products = f" {what.en}" if what.en else ""
    yield Pair(f"{action.en}{products}{of}", f"{action.nl}{products}{of}")
    if event.action is not PurchaseAction.PURCHASED:
        return
    if event.seller_controller_id:
        yield _named("seller", "verkoper", both(event.seller_controller_id))
    if event.consideration is not None:
        yield label(event.consideration)
    details = _labels(event.contact_details_obtained)
    yield _named("contact details obtained", "contactgegevens verkregen",
                 details if details.en else label("NONE"))  # fmt: skip
    yield _named("opt-out offered", "verzet aangeboden",
                 _answer(event.opt_out_offered_at_collection))  # fmt: skip
    if event.opt_out_exercised_at_collection:
        yield Pair("opt-out used", "verzet gebruikt")


def _share(event: DataShare) -> Iterator[Pair]:
    role = label(event.recipient_role)
    yield Pair(
        f"Data shared with {event.recipient_id} ({role.en})",
        f"Gegevens verstrekt aan {event.recipient_id} ({role.nl})",
    )
    yield _named("for", "voor", label(event.purpose))
    if event.data_categories:
        yield _named("data", "gegevens", _labels(event.data_categories))
    yield _named("claimed basis", "opgegeven grondslag", label(event.legal_basis_claimed))
    if event.consent_ref:
        yield _named("cites consent", "haalt toestemming aan", both(event.consent_ref))
    if event.protection not in (None, Protection.NONE):
        yield label(event.protection)
    if event.recipient_own_use:
        yield Pair("recipient uses it for itself", "ontvanger gebruikt het voor zichzelf")
    if event.recipient_country:
        yield _named("country", "land", both(event.recipient_country))
    if event.transfer_mechanism is not None:
        yield _named("safeguard", "waarborg", both(event.transfer_mechanism.value))


def _message(event: MarketingMessage) -> Iterator[Pair]:
    channel = label(event.channel)
    sender = event.sender_controller_id or event.controller_id
    yield Pair(f"Message by {channel.en} from {sender}", f"Bericht per {channel.nl} van {sender}")
    if event.advertiser_id and str(event.advertiser_id) != sender:
        yield _named("advertiser", "adverteerder", both(event.advertiser_id))
    if event.topic:
        yield _named("topic", "onderwerp", both(event.topic))
    if event.product_categories:
        yield _named("about", "over", joined(both(name) for name in event.product_categories))
    yield _named("claimed basis", "opgegeven grondslag", label(event.legal_basis_claimed))
    if event.unsubscribe_present is False:
        yield Pair("no way to unsubscribe", "geen afmeldmogelijkheid")
    if event.sender_identity_present is False:
        yield Pair("sender not shown", "afzender niet vermeld")
    if event.contact_point_present is False:
        yield Pair("no contact point", "geen contactpunt")


def _notification(event: RecipientNotification) -> Iterator[Pair]:
    about = label(event.kind)
    yield Pair(f"{event.recipient_id} was notified ({about.en})",
               f"{event.recipient_id} is geïnformeerd ({about.nl})")  # fmt: skip
    if event.acknowledged_at is not None:
        yield _named("acknowledged", "bevestigd", both(moment(event.acknowledged_at)))


def moment(instant: Instant) -> str:
    """An instant as the report writes it: UTC, to the second."""
    return format_instant(instant)[:19].replace("T", " ")


def _sentence(parts: Iterable[Pair]) -> Pair:
    text = joined(parts, "; ")
    return Pair(f"{text.en}.", f"{text.nl}.")


def _named(english: str, dutch: str, value: Pair) -> Pair:
    return Pair(f"{english} {value.en}", f"{dutch} {value.nl}")


def _labels(symbols: Iterable[str]) -> Pair:
    return joined(label(symbol) for symbol in symbols)


def _answer(given: object) -> Pair:
    if given is None:
        return label(None)
    return _YES if given else _NO
