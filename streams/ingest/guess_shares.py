"""A first map of uploads: records that say which people's data left, and where to.

As with consents, every guess is marked, and what cannot be read off the data rejects until people
decided it: who receives the data and for what, what an unknown column holds, and by which key the
person is known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from streams.errors import ConsentryError
from streams.ingest.decoders import read_json_value
from streams.ingest.guess_text import PERSONAL, quoted, time_of
from streams.ingest.observing import MOST_DEPTH, TIMES, SeenPlace, members, observe
from streams.ingest.outcomes import Stopped
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind

COLUMNS: Final = {
    "email": "EMAIL", "emailaddress": "EMAIL", "mail": "EMAIL", "hashedemail": "EMAIL",
    "phone": "PHONE", "phonenumber": "PHONE", "mobile": "PHONE", "telephone": "PHONE",
    "name": "NAME", "firstname": "NAME", "lastname": "NAME", "fullname": "NAME",
    "address": "POSTAL_ADDRESS", "street": "POSTAL_ADDRESS", "zip": "POSTAL_ADDRESS",
    "postcode": "POSTAL_ADDRESS", "postalcode": "POSTAL_ADDRESS", "city": "RESIDENCE",
    "birthdate": "BIRTH_DATE", "dateofbirth": "BIRTH_DATE", "dob": "BIRTH_DATE",
    "gender": "GENDER", "sex": "GENDER", "customerid": "CUSTOMER_ID", "userid": "CUSTOMER_ID",
    "externalid": "CUSTOMER_ID", "memberid": "CUSTOMER_ID", "ip": "IP_ADDRESS",
    "ipaddress": "IP_ADDRESS", "mobileid": "DEVICE_OR_AD_ID", "deviceid": "DEVICE_OR_AD_ID",
    "madid": "DEVICE_OR_AD_ID", "idfa": "DEVICE_OR_AD_ID", "gaid": "DEVICE_OR_AD_ID",
}  # fmt: skip
"""What columns of uploads usually hold: a guess for people to look at."""

_KEYS: Final = (("EMAIL", "email"), ("PHONE", "phone"), ("CUSTOMER_ID", "customer-id"))
_TARGETS: Final = ("recipient", "recipientid", "destination", "partner", "platform", "vendor",
                   "audience", "audienceid", "target", "segment", "list", "listid")  # fmt: skip
_TIME_NAMES: Final = ("sentat", "uploadedat", "exportedat", "occurredat", "timestamp", "eventtime",
                      "createdat", "time", "date", "at")  # fmt: skip
_ID_NAMES: Final = ("uploadid", "jobid", "batchid", "exportid", "messageid", "eventid", "uuid",
                    "upload", "id")  # fmt: skip
_MOST_TARGETS: Final = 200
_PLAIN_NAME: Final = re.compile(r"[\w@$:+~-]+")
_HEAD: Final = """\
# A first map, made from records. Lines with `guess` are guesses: look at each.
# Lines with DECIDE are yours; until then the map rejects.
version = 1
name = {name}

[tables]
recipients = "recipients.toml"

[[event]]
type = "data-share"
"""
_TABLE_HEAD: Final = """\
# For the DPO: who receives the data at each of these, in which role, and for what. For example:
# recipient_id = "ADPLATFORM"
# recipient_role = "JOINT_CONTROLLER"
# recipient_country = "IE"
# purpose = "AD_AUDIENCE_MATCHING"
# legal_basis_claimed = "CONSENT"
"""


def guess_shares(name: str, records: Iterable[bytes]) -> dict[str, str]:
    """The files of a map of uploads in JSON, by name: `map.toml` and `recipients.toml`.

    Raises ConsentryError where no record holds a column with people.
    """
    values: list[Any] = []
    for record in records:
        try:
            values.append(read_json_value(record))
        except Stopped:
            continue
    each, people = _people(values)
    top = [p for p in observe(values).places.values() if p.path.startswith("top.")]
    target = _named(top, _TARGETS, lambda one: one.different <= _MOST_TARGETS)
    used = {p.path for p in top if each is None and p.name in (*_TARGETS, *_TIME_NAMES, *_ID_NAMES)}
    lines = [
        *([f"each = {quoted(each)}  # guess"] if each else []),
        _table_line(target),
        *_subject(people),
        "",
        "[event.set]",
        _event_id(top, len(values), each),
        _time_line(top),
        "",
        "[event.set.data_categories]",
        f"keys_of = {quoted('item' if each else 'top')}",
        "",
        "[event.set.data_categories.words]",
        *(_column(place, used) for place in people if place.path.count(".") == 1),
        "",
    ]
    return {
        "map.toml": _HEAD.format(name=quoted(name)) + "\n".join(lines),
        "recipients.toml": _table(target),
    }


def _people(values: Sequence[Any]) -> tuple[str | None, list[SeenPlace]]:
    """The list that holds a person in each element, or None where a record is one; its columns."""
    lists: dict[str, list[Any]] = {}
    found: Counter[str] = Counter()
    for value in values:
        for path, elements in _lists(value, "top", MOST_DEPTH):
            lists.setdefault(path, []).extend(elements)
            found[path] += 1
    near = sorted((p for p in lists if found[p] * 2 >= len(values)), key=lambda p: p.count("."))
    for path in near:
        columns = _columns(lists[path], "item")
        if any(_key_kind(place) for place in columns):
            return f"{path}[]", columns
    columns = _columns(values, "top")
    if any(_key_kind(place) for place in columns):
        return None, columns
    raise ConsentryError(
        "no column of the records holds people's e-mail addresses, phone numbers or customer ids",
        "Uploads in JSON are looked for; write the map by hand (docs/ingest.md).",
    )


def _lists(value: Any, path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    if type(value) is list and value and all(type(one) is dict for one in value):
        yield path, value
    elif type(value) is dict and depth:
        for name, member in members(value):
            shown = name if _PLAIN_NAME.fullmatch(name) else f'"{name}"'
            yield from _lists(member, f"{path}.{shown}", depth - 1)


def _columns(elements: Sequence[Any], start: str) -> list[SeenPlace]:
    places = [p for p in observe(elements).places.values() if p.path.startswith("top.")]
    for place in places:
        place.path = start + place.path.removeprefix("top")
    return places


def _key_kind(place: SeenPlace) -> str | None:
    """The kind of key that a column is, by its name; what stands there must look like it."""
    category = COLUMNS.get(place.name)
    kind = dict(_KEYS).get(category or "")
    if kind == "phone":
        return kind if place.kind in {"phone", "number"} else None
    return kind if kind in {"customer-id", place.kind} else None


def _named(places: Sequence[SeenPlace], names: Sequence[str], fits: Any) -> SeenPlace | None:
    found = [place for place in places if place.name in names and place.count and fits(place)]
    return min(found, key=lambda p: (names.index(p.name), p.path.count("."), p.path), default=None)


def _subject(columns: Sequence[SeenPlace]) -> list[str]:
    """The keys of the person; the first that is there is the record's own."""
    found = [
        f'{{from = {quoted(place.path)}, kind = "{kind}"}}'
        for _, kind in _KEYS
        for place in columns
        if _key_kind(place) == kind
    ]
    if len(found) == 1:
        return [f"subject = {found[0]}  # guess: DECIDE"]
    return ["subject = [  # guess: the key that consents are under stands first: DECIDE",
            *(f"  {one}," for one in found), "]"]  # fmt: skip


def _table_line(target: SeenPlace | None) -> str:
    if target is None:
        return 'table = {name = "recipients", row = "all"}  # no place says where data go'
    return f'table = {{name = "recipients", from = {quoted(target.path)}}}  # guess'


def _event_id(top: Sequence[SeenPlace], records: int, each: str | None) -> str:
    own = _named(
        top,
        _ID_NAMES,
        lambda one: one.different == one.count == records and one.kind in {"text", "number"},
    )
    start = "{digest}" if own is None else f"{{{own.path}}}"
    return f"event_id = {quoted(f'{start}:{{number}}' if each else start)}  # guess"


def _time_line(top: Sequence[SeenPlace]) -> str:
    place = _named(top, _TIME_NAMES, lambda one: one.kind in TIMES)
    if place is None:
        return 'occurred_at = {from = "top.time", time = "rfc3339"}  # no place found: DECIDE'
    how = time_of(place.path, place.kind)
    zone = ": no offset stands in the times, so which zone: DECIDE" if "zone = " in how else ""
    return f"occurred_at = {how}  # guess{zone}"


def _column(place: SeenPlace, used: set[str]) -> str:
    name = place.path.partition(".")[2]
    key = name if name.startswith('"') else quoted(name)
    category = COLUMNS.get(place.name)
    if category is not None:
        return f'{key} = "{category}"  # guess'
    if place.path in used:
        return f"{key} = {{skip = true}}  # guess: it says nothing about the person"
    return f'{key} = {{reject = "what this column holds is not decided"}}  # DECIDE'


def _table(target: SeenPlace | None) -> str:
    lines = [_TABLE_HEAD]
    for key in ["all"] if target is None else sorted(target.values):
        if raw_kind(key, EVERYTHING):
            lines.append(f"{PERSONAL}\n")
        else:
            lines.append(f'[{quoted(key)}]\nreject = "who receives this, and for what, is not '
                         'decided"  # DECIDE\n')  # fmt: skip
    return "\n".join(lines)
