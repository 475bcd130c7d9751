"""Words for people: a resolve says why, closed lines give no orders, and names are harmless."""

from __future__ import annotations

import re

import msgspec
import pytest

from streams.alerts.closings import closed_because, reasons
from streams.alerts.figures import pace, span
from streams.alerts.names import LONGEST, page_name
from streams.core.identifiers import RecipientId
from streams.core.vocabulary import ClosingReason, DutyStatus, Status
from streams.siem.formats import FORMATS
from streams.siem.plain import identifier
from streams.siem.producer import Language, Producer
from tests.alerts.building import NOON, after, finding, letter, policy, retracted, settle_all
from tests.siem.lives import duty_fulfilled, duty_missed

EN, NL = Language.EN, Language.NL
HOSTILE = (
    "<!channel> & *x*|y",
    "R" * 200,
    'Ünï Köde B.V. | "x" = \\ [a]',
    'line1\nline2 [consentry@32473 id=\\"x\\"]',
    "=cmd|calc!A0",
    "](https://evil.example)",
    '{{ template "x" }}',
    "@here #general https://evil.example/x",
)


def test_a_resolve_says_why_it_is_resolved_and_what_remains() -> None:
    alerts = policy()
    for number in range(4):
        alerts.take(letter(number), NOON)
    settle_all(alerts)
    changed = ClosingReason.POLICY_CHANGED.value
    alerts.take(retracted(0, reason=changed, remediation_en="Nothing."), NOON)
    for number in (1, 2):
        alerts.take(retracted(number, reason=ClosingReason.LATE_EVIDENCE.value), NOON)
    alerts.forget(letter(3).identity, NOON)
    (resolved,) = alerts.on_their_way
    assert resolved.state == "resolved"
    assert resolved.summary == (
        "Sharing without consent, recipient ADNET: all 4 are closed: "
        "2 because records that arrived later show that all was in order; "
        "1 because the data of the persons are no longer kept; 1 because the policy was changed"
    )
    assert resolved.explanation == ""
    assert resolved.action.startswith("Nothing has to be done about it any more; reverse")


def test_one_that_is_closed_opened_and_closed_again_is_counted_once() -> None:
    alerts = policy({"name": "all", "sinks": ["chat"], "language": "nl"})
    alerts.take(letter(0), NOON)
    alerts.take(retracted(0, reason="POLICY_CHANGED"), NOON)
    alerts.take(letter(0, 3, status=Status.OPEN), NOON)
    alerts.take(retracted(0, 4, reason="RULES_CHANGED"), NOON)
    assert alerts.on_their_way[-1].summary == (
        "Een verstrekking zonder toestemming, ontvanger ADNET: gesloten, omdat een nieuwe versie "
        "van de regels in gebruik is"
    )


def test_what_moves_to_another_rule_says_so() -> None:
    alerts = policy()
    alerts.take(letter(), NOON)
    resolved, _ = alerts.take(letter(0, 2, code="CONSENT_EXPIRED"), NOON)
    assert resolved.summary.endswith("closed, because they are reported under another rule")


@pytest.mark.parametrize("status", [*Status, *DutyStatus], ids=str)
def test_every_way_to_close_has_its_words(status: Status | DutyStatus) -> None:
    record = duty_fulfilled()[1] if isinstance(status, DutyStatus) else finding()
    key = closed_because(msgspec.structs.replace(record, status=status))
    for language in Language:
        text = reasons({key: 1}, 1, language)
        known = "earlier" not in text and "eerder" not in text
        assert known is (status.value not in {"OPEN", "REVISED", "DUE", "OVERDUE"})
    assert "earlier" in reasons({}, 2, EN), "closed by a release that kept no reason"


def closed_by_an_earlier_release() -> list[object]:
    """Closed records that still carry the orders of open ones."""
    orders = {"remediation_en": "Stop; recall data", "remediation_nl": "Stop; haal terug"}
    late = [one for one in duty_missed() if one.status.value in {"REMEDIATED", "FULFILLED_LATE"}]
    records = [retracted(0, reason="LATE_EVIDENCE").record, duty_fulfilled()[1], *late]
    return [msgspec.structs.replace(one, **orders) for one in records]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", Language)
def test_no_closed_line_gives_an_order_also_of_an_earlier_release(
    form: str, language: Language
) -> None:
    producer = Producer(version="1.2.3", language=language)
    for record in closed_by_an_earlier_release():
        made = FORMATS[form](record, producer)  # type: ignore[arg-type]  # all are records
        text = made if isinstance(made, str) else repr(made)
        if not form.startswith("cloudevents"):  # the record as it stands on the topic
            assert "Stop; " not in text


def test_an_alert_about_what_an_earlier_release_closed_gives_no_order() -> None:
    alerts = policy()
    alerts.take(letter(), NOON)
    (resolved,) = alerts.take(
        retracted(remediation_en="Stop; recall data", reason="LATE_EVIDENCE"), NOON
    )
    assert "Stop" not in resolved.action
    assert "Stop" not in resolved.summary


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_recipients_are_short_and_no_mark_up(name: str) -> None:
    shown = page_name(identifier(name))
    assert len(shown) <= LONGEST
    assert not re.search(r"[<>*|\[\](){}`=@#/\\~\"](?![0-9a-f]{6}$)", shown)
    (record,) = policy().take(letter(recipient_id=RecipientId(name)), NOON)
    assert shown in record.summary
    assert name not in record.summary


def test_plain_names_stay_and_two_that_look_alike_stay_apart() -> None:
    for plain in ("ADNET", "Ünï Köde B.V.", "crm_export-2", "Johnson & Sons, Ltd.", "a" * 40):
        assert page_name(plain) == plain
    assert page_name("a<b") != page_name("a>b")
    assert page_name("a" * 41) != page_name("a" * 42)


@pytest.mark.parametrize(
    ("count", "milliseconds", "english", "dutch"),
    [
        (1, 5_000, "", ""),
        (9, 5_000, "in 5 seconds", "in 5 seconden"),
        (10, 5_000, "in 5 seconds, about 120 a minute", "in 5 seconden, ongeveer 120 per minuut"),
        (10_000, 294_000, "in 5 minutes, about 2,000 a minute",
         "in 5 minuten, ongeveer 2.000 per minuut"),
        (500, 0, "in 1 second", "in 1 seconde"),
        (500, 7_200_000, "in 2 hours", "in 2 uur"),
        (500, -1, "", ""),
    ],
)  # fmt: skip
def test_a_pace_in_words(count: int, milliseconds: int, english: str, dutch: str) -> None:
    assert (pace(count, milliseconds, EN), pace(count, milliseconds, NL)) == (english, dutch)


def test_a_span_in_words() -> None:
    spans = [span(seconds * 1_000, EN) for seconds in (0, 1, 2, 119, 120, 7_199, 7_200, 172_800)]
    assert spans == ["1 second", "1 second", "2 seconds", "119 seconds", "2 minutes",
                     "120 minutes", "2 hours", "2 days"]  # fmt: skip


def test_counts_of_an_update_say_what_is_still_open() -> None:
    alerts = policy()
    alerts.take(letter(0), NOON)
    for number in range(1, 12):
        alerts.take(letter(number), NOON)
    alerts.take(retracted(11), NOON)
    update = alerts.tick(after(1))[-1]
    assert update.summary.endswith("recipient ADNET: 12 found in 1 second; 11 still open")
