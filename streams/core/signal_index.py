"""Negative signals by what they may hit: the newest of each kind is all that a rule needs.

A signal stands under its full scope (A4), so under what it takes from the consent that
it cites; where another grant of that id comes, it moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.consent_index import ConsentIndex, order_of
from streams.core.identifiers import ConsentId, EventKey, RecipientId
from streams.core.instants import Instant
from streams.core.signals import Grant, Signal
from streams.core.spans import Order, Spans
from streams.core.targets import Target
from streams.core.vocabulary import MARKETING_PURPOSES, ConsentAction, Purpose

_END: Final = Instant(1 << 60)

_ALL: Final = "*"
_ANY_CATEGORY: Final = "**"
_NO_LIMIT: Final = "*"
_ANY: Final = "**"

Limit = tuple[str, str]
"""Channel and topic, or that a signal has no limit in them; or whichever it has."""

Place = tuple[Purpose, str, Limit, str]
"""Purpose; "r" or "c" and recipient or category, or all; channel and topic; kind."""

_Shape = tuple[object, ...]
"""All of a signal that decides on its places. As objects: it is made for one look-up."""

_SHAPES: Final = 64
"""Of so many shapes the places are at hand. Most people raise signals of a few."""


@mypyc_attr(acyclic=True)
class SignalIndex:
    """All negative signals of one subject, each with its full scope."""

    def __init__(self, consents: ConsentIndex) -> None:
        self._consents = consents
        self._places: dict[Place, Spans[Signal]] = {}
        self._shapes: dict[_Shape, list[Spans[Signal]]] = {}
        self._scoped: dict[EventKey, Signal] = {}
        self._citing: dict[ConsentId, Spans[Signal]] = {}

    def add(self, raw: Signal) -> None:
        """Take a signal in, as stated."""
        order = order_of(raw)
        if raw.cites is not None:
            spans = self._citing.get(raw.cites)
            if spans is None:
                spans = self._citing[raw.cites] = Spans()
            spans.add(order, raw)
        if raw.ends:
            self._consents.end(raw, order)
        self._put(self._in_full(raw), order)

    def remove(self, raw: Signal) -> None:
        """Let a signal go."""
        order = order_of(raw)
        if raw.cites is not None:
            self._citing[raw.cites].remove(order)
        if raw.ends:
            self._consents.unend(raw, order)
        self._take(self._scoped.pop(raw.key), order)

    def scoped(self, raw: Signal) -> Signal:
        """A signal that was taken in, with its full scope."""
        return self._scoped[raw.key]

    def citing(self, consent_id: ConsentId, since: Instant, until: Instant) -> list[Signal]:
        """Signals as stated that cite a consent, from `since` up to before `until`."""
        spans = self._citing.get(consent_id)
        return [] if spans is None else spans.between(since, until)

    def read_again(self, consent_id: ConsentId, since: Instant, until: Instant) -> None:
        """A grant of this id came or went: bring what cites it up to date."""
        for raw in self.citing(consent_id, since, until):
            order = order_of(raw)
            self._take(self._scoped[raw.key], order)
            self._put(self._in_full(raw), order)

    def _in_full(self, raw: Signal) -> Signal:
        return raw if raw.cites is None else raw.scoped(self.cited(raw))

    def cited(self, raw: Signal) -> Grant | None:
        """The newest grant of the id that a signal cites, as of the signal's instant."""
        if raw.cites is None:
            return None
        grants = self._consents.by_id.get(raw.cites)
        return None if grants is None else grants.newest(raw.at)

    def _put(self, signal: Signal, order: Order) -> None:
        self._scoped[signal.key] = signal
        for spans in self._spans(signal):
            spans.add(order, signal)

    def _take(self, signal: Signal, order: Order) -> None:
        for spans in self._spans(signal):
            spans.remove(order)

    def _spans(self, signal: Signal) -> list[Spans[Signal]]:
        """Where a signal of full scope stands, made if there is none."""
        if signal.no_channel:
            return []
        shape: _Shape = (
            signal.kind,
            signal.purposes,
            signal.recipient_ids,
            signal.recipient_categories,
            signal.channels,
            signal.topics,
        )
        found = self._shapes.get(shape)
        if found is None:
            found = [self._at(place) for place in _places(signal)]
            if len(self._shapes) == _SHAPES:
                self._shapes.clear()
            self._shapes[shape] = found
        return found

    def _at(self, place: Place) -> Spans[Signal]:
        spans = self._places.get(place)
        if spans is None:
            spans = self._places[place] = Spans()
        return spans

    def newest(self, target: Target, kind: ConsentAction, through: Instant) -> Signal | None:
        """The newest signal of a kind at or before an instant that hits a target."""
        newest: Signal | None = None
        for spans in self._hitting(target, kind):
            for signal in spans.begun(through):
                if newest is not None and order_of(signal) <= order_of(newest):
                    break
                if signal.hits(target):
                    newest = signal
                    break
        return newest

    def next(self, target: Target, kind: ConsentAction, after: Order) -> Signal | None:
        """The first signal of a kind after an order that hits a target."""
        found: Signal | None = None
        for spans in self._hitting(target, kind):
            signal = spans.after(after)
            while signal is not None and not signal.hits(target):
                signal = spans.after(order_of(signal))
            if signal is not None and (found is None or order_of(signal) < order_of(found)):
                found = signal
        return found

    def since(self, target: Target, kind: ConsentAction, since: Instant) -> list[Signal]:
        """The signals of a kind at or after an instant that hit a target."""
        found = {}
        for spans in self._hitting(target, kind):
            for signal in spans.between(since, _END):
                if signal.hits(target):
                    found[signal.key] = signal
        return list(found.values())

    def _hitting(self, target: Target, kind: ConsentAction) -> Iterator[Spans[Signal]]:
        """The places of all signals of a kind that may hit a target."""
        purpose, places = target.purpose, self._places
        limits = _limits(target)
        for whom in _whom(target):
            for limit in limits:
                spans = places.get((purpose, whom, limit, kind))
                if spans is not None:
                    yield spans


def _limits(target: Target) -> list[Limit]:
    """Under which channels and topics the signals stand that may hit a target."""
    if target.channel is None:
        own = target.purpose is Purpose.OWN_DIRECT_MARKETING
        return [(_NO_LIMIT, _NO_LIMIT)] if own else [(_ANY, _ANY)]
    topics = [_ANY] if target.topic is None else [_NO_LIMIT, f"#{target.topic}"]
    return [(channel, topic) for channel in (_NO_LIMIT, target.channel) for topic in topics]


def _whom(target: Target) -> list[str]:
    whom = [_ALL]
    if target.sender is not None:
        whom.append(_named(target.sender))
    elif target.recipient_id is not None:
        whom.append(_named(target.recipient_id))
        category = target.recipient_category
        whom.append(_ANY_CATEGORY if category is None else f"c{category}")
    return whom


def _named(recipient_id: RecipientId) -> str:
    return f"r{recipient_id}"


def _places(signal: Signal) -> list[Place]:
    """Where a signal of full scope stands that hits something."""
    if signal.recipient_ids or signal.recipient_categories:
        whom = [_named(one) for one in signal.recipient_ids]
        whom += [f"c{one}" for one in signal.recipient_categories]
        if signal.recipient_categories:
            whom.append(_ANY_CATEGORY)
    else:
        whom = [_ALL]
    channels: list[str] = list(signal.channels) or [_NO_LIMIT]
    topics = [_ANY, *([f"#{topic}" for topic in signal.topics] or [_NO_LIMIT])]
    limits = [(_ANY, _ANY), *[(channel, topic) for channel in channels for topic in topics]]
    return [
        (purpose, who, limit, signal.kind)
        for purpose in signal.purposes or MARKETING_PURPOSES
        for who in whom
        for limit in limits
    ]
