"""`consentry policy`: check and show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.core.policy import PARAMETERS

Capture = pytest.CaptureFixture[str]


def policy(tmp_path: Path, text: str, name: str = "policy.toml") -> str:
    file = tmp_path / name
    file.write_text(text)
    return str(file)


def test_a_sound_file(tmp_path: Path, capsys: Capture) -> None:
    assert main(["policy", "check", policy(tmp_path, 'notify_deadline = "PT48H"')]) == 0
    assert "is sound: policy policy+" in capsys.readouterr().out


def test_all_problems_at_once(tmp_path: Path, capsys: Capture) -> None:
    file = policy(tmp_path, "notify_deadline = 48\nwrong = 1\n")
    assert main(["policy", "check", file]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: the policy has 2 problems:\n")
    assert f"{file}:1: notify_deadline is 48: allowed: an ISO 8601 duration" in said
    assert f"{file}:2: wrong: there is no such setting" in said
    assert "Traceback" not in said


def test_whether_the_past_differs(tmp_path: Path, capsys: Capture) -> None:
    now = policy(tmp_path, 'version = "1"', "now.toml")
    later = policy(
        tmp_path,
        'version = "2"\nnotify_deadline = [{from = 2999-01-01T00:00:00Z, value = "PT1H"}]',
        "later.toml",
    )
    other = policy(tmp_path, 'notify_deadline = "PT1H"', "other.toml")
    assert main(["policy", "check", later, "--against", now]) == 0
    assert f"are judged as under {now}." in capsys.readouterr().out
    assert main(["policy", "check", other, "--against", now]) == 1
    assert f"consentry policy try {other}" in capsys.readouterr().out


def test_show_as_text_and_as_json(tmp_path: Path, capsys: Capture) -> None:
    assert main(["policy", "show", "--defaults"]) == 0
    text = capsys.readouterr().out
    for parameter in PARAMETERS:
        assert f"{parameter.name} = " in text
        assert parameter.source in text
    file = policy(
        tmp_path,
        'notify_deadline = [{value = "PT24H"}, {from = 2026-07-01T00:00:00+02:00, value = "P1D"}]',
    )
    at = ["--at", "2026-07-01T00:00:00+02:00"]
    assert main(["policy", "show", file, *at, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["at"] == "2026-06-30T22:00:00.000Z"
    (deadline,) = (s for s in shown["settings"] if s["number"] == "P14")
    assert deadline["since"] == "2026-06-30T22:00:00.000Z"
    assert deadline["source"].startswith("GDPR 19")
    assert {one["number"] for one in shown["reserved"]} == {"P10", "P19", "P23", "P24"}


def test_an_instant_that_is_none(capsys: Capture) -> None:
    assert main(["policy", "show", "--defaults", "--at", "2026"]) == 2
    assert "--at is '2026'" in capsys.readouterr().err
