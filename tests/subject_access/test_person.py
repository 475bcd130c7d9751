"""What is said of a person: order, verdicts, duties, recipients, and the letter."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from streams.core.codes import CODES
from streams.core.events import DataShare, Event
from streams.core.identifiers import EventId, RecipientId, SubjectId
from streams.core.instants import EARLIEST, Instant, days, hours, parse_instant
from streams.core.policy import Policy, RecipientEntry, Registers, fixed_policy
from streams.core.state import EventRow, Fact, FactSource, RefusalRow
from streams.core.vocabulary import Code, DataCategory, EventType, RecipientRole, Status
from streams.subject_access import Person, StoredPerson, person_of
from streams.subject_access.letter import Language, letter_for, render_letter
from streams.subject_access.shown import as_json, lines
from streams.subject_access.words import TEXTS
from streams.verify.batch import evaluate
from streams.wire.canonical import payload_hash
from streams.wire.encode import event_record
from tests.kafka.stories import CONTROLLER, RECIPIENT, START, grant, share, withdrawal

NOW = parse_instant("2026-11-28T12:00:00.000Z")
LATE = Instant(START + days(5))


@dataclass(frozen=True)
class Shop:
    """A register, and what the stored rows of one person are under it."""

    registers: Registers = field(default_factory=Registers)

    @property
    def policy(self) -> Policy:
        return fixed_policy(registers=self.registers)

    def person(self, *events: Event) -> Person:
        rows_of = [
            EventRow(fact=fact(at, event), policy_digest="") for at, event in enumerate(events)
        ]
        net = evaluate(CONTROLLER, SubjectId("s"), rows_of, self.policy, NOW)
        rows: list[EventRow] = []
        for record in net.subject.records.values():
            rows += [record.row, *record.others]
        # As compaction leaves them: in no order of time.
        stored = StoredPerson(
            CONTROLLER, SubjectId("s"), tuple(reversed(rows)), (), NOW, in_work=False
        )
        return person_of(stored, self.policy)


def fact(at: int, event: Event) -> Fact:
    known = payload_hash(event_record(event), plain=True)
    return Fact(event=event, payload_hash=known, ingested_at=NOW, source=FactSource("t", 0, at))


def named(entity: str, since: Instant = EARLIEST) -> RecipientEntry:
    return RecipientEntry(
        recipient_id=RECIPIENT, valid_from=since, legal_entity=entity, country="NL",
        role=RecipientRole.THIRD_PARTY,
    )  # fmt: skip


def with_register(*entries: RecipientEntry) -> Shop:
    return Shop(Registers(recipients=entries))


def other(event_id: str, recipient: str, at: Instant) -> DataShare:
    return replace(share("s", event_id, at), recipient_id=RecipientId(recipient))


def letter(person: Person, language: Language = "en", *, html: bool = False) -> str:
    text = render_letter(letter_for(person, language), "html" if html else "text")
    return text if html else " ".join(text.split())


def test_facts_stand_in_the_order_of_law_with_verdicts_and_duties() -> None:
    found = Shop().person(
        share("s", "after", LATE),
        withdrawal("s", "no", Instant(START + days(2))),
        share("s", "fine", Instant(START + hours(1))),
        grant("s", "yes", START),
    )
    assert [one.fact.event.event_id for one in found.occurrences] == ["yes", "fine", "no", "after"]
    after = found.occurrences[-1]
    assert Code.SHARE_AFTER_WITHDRAWAL in {finding.code for finding in after.findings}
    assert all(finding.status is Status.OPEN for finding in after.findings)
    [duty] = found.occurrences[2].duties
    assert duty.recipient_id == RECIPIENT
    shown = "\n".join(lines(found))
    assert shown.index("yes") < shown.index("fine") < shown.index("SHARE_AFTER_WITHDRAWAL")
    assert duty.duty_id in shown
    document = json.loads(json.dumps(as_json(found)))
    assert [one["event"]["event_id"] for one in document["facts"]] == ["yes", "fine", "no", "after"]
    assert document["facts"][2]["duties"][0]["duty_id"] == duty.duty_id
    assert document["recipients"][0]["received_at"] == [
        "2026-09-01T11:00:00.000Z", "2026-09-06T10:00:00.000Z",
    ]  # fmt: skip


def test_a_payload_that_another_one_outranks_is_marked_and_its_recipient_is_named() -> None:
    first, clash = other("one", "ACME", START), other("one", "ZETA", START)
    found = Shop().person(first, clash)
    assert sorted(one.counts for one in found.occurrences) == [False, True]
    assert {one.recipient_id for one in found.disclosures} == {"ACME", "ZETA"}
    assert sum("another record under this id counts" in line for line in lines(found)) == 1


def test_a_recipient_has_the_name_that_the_register_gave_it_at_the_latest_share() -> None:
    shop = with_register(named("Old Name BV"), named("New Name BV", Instant(START + days(1))))
    assert shop.person(share("s", "a", START)).disclosures[0].legal_entity == "Old Name BV"
    both = shop.person(share("s", "a", START), share("s", "b", LATE))
    [one] = both.disclosures
    assert one.legal_entity == "New Name BV"
    assert one.instants == (START, LATE)


def test_the_letter_names_every_recipient_with_days_purposes_and_data() -> None:
    found = with_register(named("Acme Marketing BV")).person(
        share("s", "a", START),
        replace(share("s", "b", LATE), data_categories=(DataCategory.PHONE,)),
        replace(other("c", "ZETA", LATE), data_categories=()),
    )
    text = letter(found)
    assert "Organisation: Acme Marketing BV" in text
    assert "Which data: e-mail, phone number" in text
    assert "On which days: 2026-09-01, 2026-09-06" in text
    assert "[legal name to be filled in; our reference: ZETA]" in text
    assert "Which data: not recorded" in text
    assert "up to 2026-11-28T12:00 (UTC)" in text
    assert letter_for(found, "en").unnamed == 1


def test_what_was_refused_is_shown_after_the_facts() -> None:
    row = RefusalRow(
        event_type=EventType.DATA_SHARE, event_id=EventId("bad"), arrived_at=NOW, revision=1,
        status=Status.OPEN,
    )  # fmt: skip
    found = Shop().person(share("s", "a", START))
    found = found._replace(stored=found.stored._replace(refused=(row,)))
    assert list(lines(found))[-1] == "refused: data-share bad, open"
    assert as_json(found)["refused"][0]["event_id"] == "bad"


def test_some_shares_without_categories_are_counted() -> None:
    found = Shop().person(
        share("s", "a", START), replace(share("s", "b", LATE), data_categories=())
    )
    assert "for 1 of these occasions it is not recorded which data" in letter(found)


def test_the_letter_says_nothing_of_verdicts() -> None:
    found = Shop().person(share("s", "a", START), withdrawal("s", "no", START))
    assert any(one.findings for one in found.occurrences)
    for language in ("en", "nl"):
        for html in (False, True):
            text = letter(found, language, html=html)
            assert not [code for code in CODES if code in text]
            assert "SHOP" not in text.replace("ACME", "")


def test_a_dutch_letter_is_dutch() -> None:
    text = letter(with_register(named("Acme BV")).person(share("s", "a", START)), "nl")
    assert "Organisatie: Acme BV" in text
    assert "Waarvoor: direct marketing door derden" in text
    for name, pair in TEXTS.items():
        assert pair.en != pair.nl, name
        assert pair.en.split("{}")[0] not in text, name


def test_a_person_of_whom_nothing_was_shared_reads_that() -> None:
    assert "Our systems recorded no organisation" in letter(Shop().person(grant("s", "a", START)))


@pytest.mark.parametrize("html", [False, True], ids=["text", "html"])
def test_what_others_wrote_speaks_to_neither_browser_nor_terminal(html: bool) -> None:  # noqa: FBT001
    found = with_register(named("<script>alert(1)</script>\x1b[31m\u202e")).person(
        other("a", "ACME", START)
    )
    text = letter(found, html=html)
    assert ("<script>" in text) is not html
    assert "\x1b" not in text
    assert "\u202e" not in text
