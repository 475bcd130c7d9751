"""Every given case is met offline, and a case that is not met is seen."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from streams.conformance.cases import Case, case_policy, read_cases, run_offline
from streams.conformance.comparison import differences, result_line
from streams.conformance.net import CaseNet, NetFinding
from streams.core.instants import Instant, parse_instant
from streams.core.policy.settings import Sector
from streams.errors import ConsentryError

FOLDER = Path(__file__).parent
SCENARIOS = FOLDER / "scenarios.jsonl"
HISTORIES = FOLDER / "histories.jsonl.gz"


@pytest.mark.parametrize(("file", "count"), [(SCENARIOS, 572), (HISTORIES, 400)])
def test_every_case_is_met(file: Path, count: int) -> None:
    cases = read_cases(file)
    assert len(cases) == count
    assert all(case.expected is not None for case in cases)
    failed = {case.name: list(differences(case, run_offline(case))) for case in cases}
    assert {name: lines for name, lines in failed.items() if lines} == {}


def test_results_are_sorted_and_carry_recipients_of_overdue_duties_only() -> None:
    case = named("k75")
    result = json.loads(result_line(case, run_offline(case)))
    assert list(result) == ["case", "findings", "duties"]
    overdue = [f for f in result["findings"] if f["code"] == "RECIPIENT_NOT_NOTIFIED"]
    assert overdue
    assert all(set(f) == {"event_id", "code", "recipient_id"} for f in overdue)
    others = [f for f in result["findings"] if f not in overdue]
    assert all(set(f) == {"event_id", "code"} for f in others)
    assert all(set(d) == {"trigger_event_id", "recipient_id"} for d in result["duties"])
    key = sorted(result["findings"], key=lambda f: (f["event_id"], f["code"]))
    assert result["findings"] == key


def test_a_clock_of_ones_own_overrides_that_of_the_case() -> None:
    never = parse_instant("2001-01-01T00:00:00Z")
    overdue = [c for c in read_cases(SCENARIOS) if has_overdue(run_offline(c))]
    assert overdue
    for early in read_cases(SCENARIOS, never):
        assert early.clock == never
        assert not has_overdue(run_offline(early))


def test_missing_and_extra_findings_and_duties_are_named() -> None:
    case = named("k02")
    wrong = msgspec.structs.replace(
        case, expected=CaseNet((NetFinding("k02-sh3", "CONSENT_EXPIRED"),), ())
    )
    assert list(differences(wrong, run_offline(wrong))) == [
        "missing  CONSENT_EXPIRED on k02-sh3",
        "extra    NO_CONSENT on k02-sh3",
    ]


def test_rejected_events_are_findings_of_the_case() -> None:
    net = run_offline(named("k105"))
    assert NetFinding("k105-X8", "RAW_PERSONAL_DATA_IN_EVENT") in net.findings


def test_settings_have_the_names_and_forms_of_the_policy_file() -> None:
    policy = case_policy(
        {
            "named_recipient_required": False,
            "legitimate_interest_mode": "REVIEW",
            "notify_deadline": "PT24H",
            "max_recording_delay": {"BUTTON": "PT1H"},
            "similar_products": [["A", "B"]],
            "telemarketing_customer_exception_sector": True,
            "unknown_age": "UNDER_16",
            "assess_from": "2026-01-01T00:00:00Z",
        }
    )
    settings = policy.at(parse_instant("2026-09-01T00:00:00Z"))
    assert settings.notify_deadline == 24 * 3_600_000
    assert settings.similar("A", "B")
    assert not settings.similar("COFFEE", "TEA")
    assert policy.assess_from == parse_instant("2026-01-01T00:00:00Z")


def test_any_sector_can_be_meant_from_an_instant_on() -> None:
    entries = [{"value": False}, {"from": "2026-09-01T00:00:00Z", "value": True}]
    policy = case_policy({"telemarketing_customer_exception_sector": entries})
    begins = parse_instant("2026-09-01T00:00:00Z")
    before, after = policy.at(Instant(begins - 1)), policy.at(begins)
    assert before.telemarketing_customer_exception_sector is Sector.NONE
    assert after.telemarketing_customer_exception_sector is not Sector.NONE


def test_off_and_false_are_the_default_of_the_telemarketing_sector() -> None:
    for off in ("off", False, "NONE"):
        one = case_policy({"telemarketing_customer_exception_sector": off})
        assert one.at(one.assess_from) == case_policy({}).at(one.assess_from)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"events": []}', "`case` must be a name"),
        ('{"case": "a"}', "`events` must be a list"),
        ('{"case": "a", "events": [], "policy": 3}', "`policy` must be an object"),
        ('{"case": "a", "events": [], "policy": {"notify_dedline": "PT1H"}}', "notify_deadline?"),
        ('{"case": "a", "events": [], "clock": "yesterday"}', "`clock` must be"),
        ('{"case": "a", "events": [], "clock": 1788000000000}', "`clock` must be"),
        ('{"case": "a", "events": [], "policy": []}', "`policy` must be an object"),
        ('{"case": "a", "events": [], "findings": [{"code": "X"}]}', "event_id and code"),
        ('{"case": "a", "events": [], "findings": ""}', "event_id and code"),
        ('{"case": "a", "events": [], "finding": []}', "did you mean findings?"),
    ],
)
def test_bad_lines_are_named_all_at_once(line: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    good = '{"case": "good", "events": []}'
    file.write_text(f"{good}\n\n{line}\n{good}\n")
    with pytest.raises(ConsentryError) as raised:
        read_cases(file)
    assert f"{file}:3: " in raised.value.problem
    assert words in raised.value.problem
    assert f"{file}:4: line 1 has the same case name" in raised.value.problem


def test_a_case_without_expectations_only_asks_for_results(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    raw = json.loads(SCENARIOS.read_text().splitlines()[1])
    del raw["findings"], raw["duties"]
    file.write_text(json.dumps(raw))
    (case,) = read_cases(file)
    net = run_offline(case)
    assert case.expected is None
    assert net.findings
    assert list(differences(case, net)) == []


def has_overdue(net: CaseNet) -> bool:
    return any(finding.code == "RECIPIENT_NOT_NOTIFIED" for finding in net.findings)


def named(name: str) -> Case:
    return next(case for case in read_cases(SCENARIOS) if case.name == name)
