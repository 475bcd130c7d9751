"""A first map of consent records, from what they hold. Every guess is marked as one.

What cannot be read off the data is left to people, and rejects until they decided: what a
purpose means, to whom data go, what an unknown word means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from streams.errors import ConsentryError
from streams.ingest.decoders import read_json_value
from streams.ingest.observing import Observed, SeenPlace, observe
from streams.ingest.outcomes import Stopped
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind

MEANINGS: Final = {
    "granted": "GRANTED", "optin": "GRANTED", "optedin": "GRANTED", "given": "GRANTED",
    "confirmed": "GRANTED", "accepted": "GRANTED", "accept": "GRANTED", "true": "GRANTED",
    "yes": "GRANTED", "y": "GRANTED", "agreed": "GRANTED", "allow": "GRANTED",
    "subscribe": "GRANTED", "subscribed": "GRANTED",
    "refused": "REFUSED", "declined": "REFUSED", "denied": "REFUSED", "notgiven": "REFUSED",
    "rejected": "REFUSED", "false": "REFUSED", "no": "REFUSED", "n": "REFUSED", "deny": "REFUSED",
    "withdrawn": "WITHDRAWN", "withdraw": "WITHDRAWN", "optout": "WITHDRAWN",
    "optedout": "WITHDRAWN", "unsubscribe": "WITHDRAWN", "unsubscribed": "WITHDRAWN",
    "revoked": "WITHDRAWN", "removed": "WITHDRAWN",
    "objected": "OBJECTED", "complaint": "OBJECTED", "complained": "OBJECTED",
    "spam": "OBJECTED", "spamreport": "OBJECTED", "erased": "ERASED", "redacted": "ERASED",
}  # fmt: skip
"""What words of other systems usually mean: a guess for people to look at."""

_ACTION_NAMES: Final = ("action", "transactiontype", "status", "state", "consent", "consented",
                        "enabled", "subscriptionstatus", "value", "event", "eventtype", "type", "optin", "choice",
                        "item")  # fmt: skip
_TIME_NAMES: Final = ("occurredat", "interactiondate", "consentdate", "timestamp", "updatedat",
                      "createdat", "eventtime", "time", "date", "at")  # fmt: skip
_PURPOSE_NAMES: Final = ("purposeid", "purpose", "noticekey", "topic", "list", "listid", "group",
                         "groupid", "category", "subscriptionid", "subscriptiongroupid", "program",
                         "id", "key", "name")  # fmt: skip
_ID_NAMES: Final = ("eventid", "receiptid", "messageid", "uuid", "requestid", "id")
_PERSON_NAMES: Final = ("customerid", "customer", "userid", "externaluserid", "memberid",
                        "contactid", "subjectid", "clientid", "profileid", "user")  # fmt: skip
_NOT_OF_RECORDS: Final = (*_PERSON_NAMES, "mpid", "orgid", "organizationid", "anonymousid")
_MOST_WORDS: Final = 20
_MOST_PURPOSES: Final = 200


@dataclass(frozen=True)
class GuessedMap:
    """A map and its table as texts; `open_questions` are the marks DECIDE in them."""

    map_text: str
    table_text: str

    @property
    def open_questions(self) -> int:
        """How many things people have to decide."""
        return (self.map_text + self.table_text).count("DECIDE")


def guess_map(name: str, records: Iterable[bytes]) -> GuessedMap:
    """A map of JSON records. Raises ConsentryError where there is nothing to guess from."""
    values: list[Any] = []
    for record in records:
        try:
            values.append(read_json_value(record))
        except Stopped:
            continue
    if not values:
        raise ConsentryError("none of the records is JSON", "Give records in JSON, one per line.")
    seen = observe(values)
    action = _best(seen, _ACTION_NAMES, _is_action)
    if action is None:
        raise ConsentryError(
            "no place of the records holds words as yes, granted, unsubscribed",
            "Records of consent are looked for; write the map by hand (docs/ingest.md).",
        )
    purpose = seen.places.get("name") or _best(
        seen, _PURPOSE_NAMES, _is_purpose(action, seen), of_item=True
    )
    text = "\n".join(
        [
            "# A first map, made from records. Lines with `guess` are guesses: look at each.",
            "# Lines with DECIDE are yours; until then the map rejects.",
            "version = 1",
            f"name = {_toml(name)}",
            "",
            "[tables]",
            'purposes = "purposes.toml"',
            "",
            "[[event]]",
            'type = "consent-change"',
            'nature = "act"  # guess; "state" for snapshots and profile attributes: DECIDE',
            *([f"each = {_toml(seen.each)}  # guess"] if seen.each else []),
            _table_line(purpose),
            _subject_line(seen),
            "",
            "[event.set]",
            f"event_id = {_toml(_event_id(seen, purpose, action))}  # guess",
            _time_line(seen),
            "",
            "[event.set.action]",
            f"from = {_toml(action.path)}  # guess",
            "",
            "[event.set.action.words]",
            *(_word_line(word) for word in sorted(action.values)),
            "",
        ]
    )
    return GuessedMap(text, _table(purpose))


_Fits = Callable[[SeenPlace], bool]


def _best(
    seen: Observed, names: Sequence[str], fits: _Fits, *, of_item: bool = False
) -> SeenPlace | None:
    """The place that fits, by its name; those of items before others."""
    own = seen.of_item()
    places = own if of_item else [*own, *(p for p in seen.places.values() if p not in own)]
    found = [place for place in places if fits(place)]

    def rank(place: SeenPlace) -> tuple[int, int, str]:
        known = names.index(place.name) if place.name in names else len(names)
        return (known + (0 if place in own else 20), place.path.count("."), place.path)

    return min(found, key=rank, default=None)


def _is_action(place: SeenPlace) -> bool:
    if not 0 < place.different <= _MOST_WORDS:
        return False
    if place.kind == "bool" and place.name not in _ACTION_NAMES:
        return False  # a flag of something else, as `test`
    known = [word for word in place.values if _bare(word) in MEANINGS]
    return len(known) * 4 >= place.different or (bool(known) and place.name in _ACTION_NAMES)


def _is_purpose(action: SeenPlace, seen: Observed) -> _Fits:
    """Few values that come again, and none of the words of actions."""

    def fits(place: SeenPlace) -> bool:
        # Without items `id` is that of the record.
        names = _PURPOSE_NAMES if seen.each else _PURPOSE_NAMES[:-3]
        return (
            place is not action
            and place.name in names
            and place.kind in {"text", "number"}
            and 0 < place.different <= _MOST_PURPOSES
            and (place.different < place.count or seen.items == 1)
        )

    return fits


def _bare(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _table_line(purpose: SeenPlace | None) -> str:
    if purpose is None:
        return 'table = {name = "purposes", row = "all"}  # no place says the purpose'
    return f'table = {{name = "purposes", from = {_toml(purpose.path)}}}  # guess'


def _subject_line(seen: Observed) -> str:
    for kind in ("email", "phone"):
        place = _best(seen, (kind,), lambda one, kind=kind: one.kind == kind)  # type: ignore[misc]
        if place is not None:
            return f'subject = {{from = {_toml(place.path)}, kind = "{kind}"}}  # guess: DECIDE'
    place = _best(seen, _PERSON_NAMES, lambda one: one.name in _PERSON_NAMES)
    if place is not None:
        return f'subject = {{from = {_toml(place.path)}, kind = "customer-id"}}  # guess: DECIDE'
    return 'subject = {from = "top.customer", kind = "customer-id"}  # no place found: DECIDE'


def _event_id(seen: Observed, purpose: SeenPlace | None, action: SeenPlace) -> str:
    """Ids of the source, as far as they are different; else the digest of the record."""
    own = _best(
        seen,
        _ID_NAMES,
        lambda one: (
            one.path.startswith("top.")
            and one.name.endswith(_ID_NAMES)
            and not one.name.endswith(_NOT_OF_RECORDS)
            and one.different == seen.records == one.count
            and one.kind in {"text", "number"}
        ),
    )
    start = "{digest}" if own is None else f"{{{own.path}}}"
    if seen.each is None:
        return start
    if purpose is not None and purpose is not action and purpose.path.startswith(("item", "name")):
        return f"{start}:{{{purpose.path}}}"
    return f"{start}:{{number}}"


def _time_line(seen: Observed) -> str:
    times = {"rfc3339", "epoch_s", "epoch_ms", "local"}
    place = _best(seen, _TIME_NAMES, lambda one: one.kind in times)
    if place is None:
        return 'occurred_at = {from = "top.time", time = "rfc3339"}  # no place found: DECIDE'
    if place.kind != "local":
        return f'occurred_at = {{from = {_toml(place.path)}, time = "{place.kind}"}}  # guess'
    return (
        f'occurred_at = {{from = {_toml(place.path)}, time = "rfc3339", zone = "UTC"}}'
        "  # guess: no offset stands in the times, so which zone: DECIDE"
    )


def _word_line(word: str) -> str:
    if raw_kind(word, EVERYTHING):
        return "# a value that may be personal is left out: is this the right place?  DECIDE"
    meaning = MEANINGS.get(_bare(word))
    if meaning is None:
        return f'{_toml(word)} = {{reject = "what this means is not decided"}}  # DECIDE'
    return f'{_toml(word)} = "{meaning}"  # guess'


def _table(purpose: SeenPlace | None) -> str:
    keys = ["all"] if purpose is None else sorted(purpose.values)
    lines = [
        "# For the DPO: what each of these means. For example:",
        '# purposes = ["OWN_DIRECT_MARKETING"]',
        '# channels = ["EMAIL"]',
        "",
    ]
    for key in keys:
        if raw_kind(key, EVERYTHING):
            lines.append("# a value that may be personal is left out")
        else:
            lines += [f"[{_toml(key)}]", 'reject = "what this is for is not decided"  # DECIDE', ""]
    return "\n".join(lines) + "\n"
