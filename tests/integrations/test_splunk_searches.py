"""The saved searches of Splunk over time: by the time of indexing, each finding once, closed ones never."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from streams.core.findings import Finding
from streams.core.identifiers import ViolationId
from streams.siem.flat import flat
from tests.integrations.spl import Event, condition, run
from tests.integrations.test_splunk import read
from tests.siem.goldens import PRODUCER
from tests.siem.lives import finding_life, label_only

SEARCHES = read("savedsearches")
NO_CONSENT = "Consentry - Personal Data Shared Without A Consent"
AFTER_WITHDRAWAL = "Consentry - Personal Data Shared After Withdrawal Or Objection"
REOPENED = "Consentry - Retracted Finding Raised Again"
MANY = "Consentry - Many Findings For One Recipient"
CLOSED = "Consentry - Findings And Duties Closed"
OPENED, REVISED, CLOSING, AGAIN = finding_life()
FINAL = label_only()[-1]
T = 1_800_000_000.0
"""A run; what is indexed now may have been detected years before."""
SECONDS = {"m": 60, "h": 3_600, "d": 86_400}


def indexed(finding: Finding, at: float, **changes: Any) -> dict[str, Any]:
    made = flat(msgspec.structs.replace(finding, **changes), PRODUCER)
    return {**made, "_indextime": at}


def alerts(name: str, events: Iterable[Event], *, hours: float = 1.0) -> list[Event]:
    """What a saved search alerts on over so many hours from a minute before T on, throttled."""
    search, given = SEARCHES[name], list(events)
    fields = search["alert.suppress.fields"].split(",")
    made = re.fullmatch(r"(\d+)([mhd])", search["alert.suppress.period"])
    assert made is not None
    until: dict[tuple[Any, ...], float] = {}
    raised = []
    for minutes in range(0, round(hours * 60) + 6, 5):
        now = T + 60 * minutes
        for event in run(search["search"], given, now):
            key = tuple(event[field] for field in fields)
            if until.get(key, 0.0) <= now:
                until[key] = now + int(made[1]) * SECONDS[made[2]]
                raised.append(event)
    return raised


SCHEDULED = [name for name in SEARCHES.sections() if "cron_schedule" in SEARCHES[name]]


@pytest.mark.parametrize("name", SCHEDULED)
def test_runs_are_continuous_and_alert_for_each_result(name: str) -> None:
    search = SEARCHES[name]
    assert search["cron_schedule"] == "*/5 * * * *"
    assert search["realtime_schedule"] == "0"
    assert search["alert.digest_mode"] == "0"
    # The time of the event bounds nothing.
    assert (search["dispatch.earliest_time"], search["dispatch.latest_time"]) == ("0", "+1d")


@pytest.mark.parametrize("second", range(0, 300, 20))
def test_whenever_a_finding_is_indexed_one_run_finds_it(second: int) -> None:
    events = [indexed(OPENED, T + second)]
    search = SEARCHES[NO_CONSENT]["search"]
    found = [run(search, events, T + 60 * minutes) for minutes in range(0, 20, 5)]
    assert sum(map(len, found)) == 1


def test_what_is_sent_again_raises_no_second_alert() -> None:
    events = [indexed(OPENED, T), indexed(OPENED, T + 1_000)]
    assert len(alerts(NO_CONSENT, events)) == 1


def test_a_finding_that_becomes_final_raises_no_alert() -> None:
    assert alerts(NO_CONSENT, [indexed(FINAL, T)]) == []
    # Nor does it hide one that came with it, as a receiver that begins again gets them.
    assert len(alerts(NO_CONSENT, [indexed(OPENED, T), indexed(FINAL, T + 1)])) == 1


def test_what_was_closed_meanwhile_raises_no_alert_and_is_listed() -> None:
    events = [indexed(OPENED, T), indexed(CLOSING, T + 2)]
    assert alerts(NO_CONSENT, events) == []
    assert [one["consentry.id"] for one in alerts(CLOSED, events)] == [OPENED.violation_id]


def test_another_code_of_the_same_finding_raises_its_own_alert() -> None:
    events = [indexed(OPENED, T), indexed(AGAIN, T + 600)]
    assert len(alerts(NO_CONSENT, events)) == 1
    assert len(alerts(AFTER_WITHDRAWAL, events)) == 1
    assert len(alerts(REOPENED, events)) == 1


def test_findings_are_counted_over_an_hour_each_once() -> None:
    def many(count: int, times: int) -> list[Event]:
        return [
            indexed(
                OPENED,
                T + 30 * number,
                violation_id=ViolationId(f"{number:08x}-0000-5000-8000-000000000000"),
            )
            for number in range(count)
            for _ in range(times)
        ]

    assert len(alerts(MANY, many(100, 1))) == 1
    assert alerts(MANY, many(99, 2)) == []


def test_the_open_list_holds_the_newest_revision_alone() -> None:
    search = SEARCHES["Consentry - Open Findings And Duties"]["search"]
    life = [indexed(one, T - 86_400 * at) for at, one in enumerate(reversed(finding_life()))]
    assert [one["consentry.revision"] for one in run(search, life, T)] == [4]
    assert run(search, life[1:], T) == []


def test_the_reader_of_searches_bites() -> None:
    assert condition('a="x" NOT (b="y" c=true)')({"a": "x", "b": "y", "c": False})
    assert not condition('a IN ("x", "y") OR b=1')({"a": "z", "b": 2})
    with pytest.raises(AssertionError):
        run("sourcetype=a | transaction b", [], T)
