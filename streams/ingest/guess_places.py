"""Which place of a record holds what: by its name, and by what stands there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from streams.ingest import guess_words as words
from streams.ingest.guess_words import bare
from streams.ingest.observing import TIMES, Observed, SeenPlace

_MOST_WORDS: Final = 20
_MOST_PURPOSES: Final = 200
_NUMBERS: Final = frozenset({"0", "1"})

Fits = Callable[[SeenPlace], bool]


def best(
    seen: Observed, names: Sequence[str], fits: Fits, *, of_item: bool = False
) -> SeenPlace | None:
    """The place that fits, by its name; those of items before others."""
    own = seen.of_item()
    places = own if of_item else [*own, *(p for p in seen.places.values() if p not in own)]
    found = [place for place in places if fits(place)]

    def rank(place: SeenPlace) -> tuple[int, int, str]:
        known = names.index(place.name) if place.name in names else len(names)
        return (known + (0 if place in own else 20), place.path.count("."), place.path)

    return min(found, key=rank, default=None)


def action_in(seen: Observed, *, of_item: bool = False) -> SeenPlace | None:
    """Where the answer stands."""
    return best(seen, words.ACTIONS, _is_action, of_item=of_item)


def _is_action(place: SeenPlace) -> bool:
    if not 0 < place.different <= _MOST_WORDS:
        return False
    if place.kind == "bool" and place.name not in words.ACTIONS:
        return False  # a flag of something else, as `test`
    if place.name in words.CHANNEL_NAMES or place.name in words.TEST_FLAGS:
        return False
    prefix = words.enum_prefix(place.values)
    known = [one for one in place.values if bare(one.removeprefix(prefix)) in words.MEANINGS]
    return len(known) * 4 >= place.different or (bool(known) and place.name in words.ACTIONS)


def columns_of(seen: Observed) -> list[SeenPlace]:
    """Places at the top with an answer each: `email_optin`, `partner_consent`."""
    return [
        place
        for place in seen.places.values()
        if place.path.startswith("top.")
        and words.COLUMN.search(place.path.rpartition(".")[2])
        and 0 < place.different <= 4
        and all(bare(word) in words.MEANINGS or word in _NUMBERS for word in place.values)
    ]


def column_name(place: SeenPlace) -> str:
    """The name of a column as it is written."""
    return place.path.removeprefix("top.").replace('"', "")


def purpose_in(seen: Observed, action: SeenPlace) -> SeenPlace | None:
    """Where it stands what an answer is about: few values that come again."""
    names = seen.places.get("name")
    if names is not None:
        return names
    # Without items `id` is that of the record.
    known = words.PURPOSES if seen.each else words.PURPOSES[:-4]

    def fits(place: SeenPlace) -> bool:
        return (
            place is not action
            and place.name in known
            and place.kind in {"text", "number"}
            and 0 < place.different <= _MOST_PURPOSES
            and (place.different < place.count or seen.items == 1)
            and bare(place.holder) not in words.HOLDERS
        )

    return best(seen, known, fits, of_item=True)


def time_in(seen: Observed) -> SeenPlace | None:
    """Where the instant of the act stands."""
    return best(
        seen,
        words.TIMES,
        lambda one: one.kind in TIMES and not any(part in one.name for part in words.NOT_TIMES),
    )


def end_in(seen: Observed) -> SeenPlace | None:
    """Where it stands until when a consent holds."""
    return best(seen, words.ENDS, lambda one: one.kind in TIMES and one.name in words.ENDS)


def notice_in(seen: Observed) -> SeenPlace | None:
    """Where the version of the text stands that the person saw."""
    return best(
        seen,
        words.NOTICES,
        lambda one: (
            one.name in words.NOTICES[:-1]
            and one.kind in {"text", "number"}
            and 0 < one.different <= _MOST_PURPOSES
        ),
    )


def own_id(seen: Observed) -> SeenPlace | None:
    """The source's own id: different in each record."""
    return best(
        seen,
        words.IDS,
        lambda one: (
            one.path.startswith("top.")
            and one.name.endswith(words.IDS)
            and not one.name.endswith(words.NOT_OF_RECORDS)
            and bare(one.holder) not in words.HOLDERS
            and one.different == seen.records == one.count
            and one.kind in {"text", "number"}
        ),
    )


def people_in(seen: Observed) -> list[tuple[SeenPlace, str]]:
    """Keys of the person, and their kinds: customer number, e-mail address, phone number."""
    found: list[tuple[SeenPlace, str]] = []
    number = best(seen, words.PEOPLE, _is_customer)
    if number is not None:
        found.append((number, number.kind if number.kind in {"email", "phone"} else "customer-id"))
    for kind, names in (
        ("email", ("email", "emailaddress", "mail")),
        ("phone", ("phone", "mobile")),
    ):
        place = best(seen, names, lambda one, kind=kind: _is_contact(one, kind))  # type: ignore[misc]
        if place is not None and place is not number:
            found.append((place, kind))
    return found


def _is_customer(place: SeenPlace) -> bool:
    holder = bare(place.holder)
    in_holder = holder in words.HOLDERS and place.name in {*words.PEOPLE, "id", "key", "no"}
    return (
        place.count > 0
        and place.kind != "bool"
        and (in_holder or (place.name in words.PEOPLE and place.name != "number"))
        and not _of_staff(place)
    )


def _is_contact(place: SeenPlace, kind: str) -> bool:
    if kind == "phone" and place.kind == "number":
        return place.name in {"phone", "phonenumber", "mobile", "msisdn", "telefoon", "telephone"}
    return place.kind == kind and not _of_staff(place)


def _of_staff(place: SeenPlace) -> bool:
    return any(part in words.NOT_PEOPLE for part in (place.name, bare(place.holder)))


def channel_in(seen: Observed) -> SeenPlace | None:
    """Where the channel of an answer stands, all of whose words are channels."""
    return best(
        seen,
        words.CHANNEL_NAMES,
        lambda one: (
            one.name in words.CHANNEL_NAMES
            and 0 < one.different <= _MOST_WORDS
            and all(bare(word) in words.CHANNELS for word in one.values)
        ),
    )


def recipient_in(seen: Observed) -> SeenPlace | None:
    """Where it stands to whom data may go."""
    return best(
        seen,
        words.RECIPIENTS,
        lambda one: one.name in words.RECIPIENTS and 0 < one.different <= _MOST_PURPOSES,
    )


def status_in(seen: Observed, action: SeenPlace | None) -> SeenPlace | None:
    """A status beside the answer, of which some words do not let it count."""

    def fits(place: SeenPlace) -> bool:
        found = {bare(word) for word in place.values}
        return (
            place is not action
            and place.name in {"status", "state", "confirmation", "doubleoptin"}
            and bool(found & words.NO_ACTS.keys())
            and bool(found & words.FINAL)
            and found <= words.NO_ACTS.keys() | words.FINAL
        )

    return best(seen, ("status", "state"), fits)


def test_flag_in(seen: Observed) -> SeenPlace | None:
    """Where it stands that a record is a trial."""
    return best(
        seen,
        words.TEST_FLAGS,
        lambda one: one.kind == "bool" and one.name in words.TEST_FLAGS
        and one.path.startswith("top."),
    )  # fmt: skip
