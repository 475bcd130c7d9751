"""Which of the five an event is, and its key: both are asked several times of each event.

`isinstance` says the same. Of a struct of msgspec it takes a look-up by name wherever the answer
is no, and an event goes by a dozen such questions; compiled, these compare two addresses. No
event class has subclasses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import EventId, EventKey
from streams.core.vocabulary import EventType

if TYPE_CHECKING:
    from typing_extensions import TypeIs

# Bound once: a name that was imported is looked up at each use.
_CONSENT_CHANGE: Final[type] = ConsentChange
_PURCHASE: Final[type] = Purchase
_DATA_SHARE: Final[type] = DataShare
_MARKETING_MESSAGE: Final[type] = MarketingMessage
_NOTIFICATION: Final[type] = RecipientNotification

_LETTERS: Final[dict[type, str]] = {
    ConsentChange: "c",
    Purchase: "p",
    DataShare: "s",
    MarketingMessage: "m",
    RecipientNotification: "n",
}
_LETTER_OF_TYPE: Final = {
    EventType.CONSENT_CHANGE: "c",
    EventType.PURCHASE: "p",
    EventType.DATA_SHARE: "s",
    EventType.MARKETING_MESSAGE: "m",
    EventType.RECIPIENT_NOTIFICATION: "n",
}


def is_consent_change(event: Event) -> TypeIs[ConsentChange]:
    """Whether it is a grant or a negative signal."""
    return type(event) is _CONSENT_CHANGE


def is_purchase(event: Event) -> TypeIs[Purchase]:
    """Whether it is a sale or what takes one back."""
    return type(event) is _PURCHASE


def is_share(event: Event) -> TypeIs[DataShare]:
    """Whether data left."""
    return type(event) is _DATA_SHARE


def is_message(event: Event) -> TypeIs[MarketingMessage]:
    """Whether a message was sent."""
    return type(event) is _MARKETING_MESSAGE


def is_notification(event: Event) -> TypeIs[RecipientNotification]:
    """Whether a recipient was notified."""
    return type(event) is _NOTIFICATION


def event_key(event: Event) -> EventKey:
    """Type and id of an event: equal ids of different types are different events (3.2)."""
    return EventKey(_LETTERS[type(event)] + event.event_id)


def key_of(event_type: EventType, event_id: EventId) -> EventKey:
    """The key of the event of that type and id."""
    return EventKey(_LETTER_OF_TYPE[event_type] + event_id)
