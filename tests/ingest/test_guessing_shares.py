"""A first map of uploads: it loads, and rejects until people decided who receives the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.cli.main import main
from streams.errors import ConsentryError
from streams.ingest import RejectedItem, map_from_text
from streams.ingest.golden import TEST_KEY
from streams.ingest.guess_shares import guess_shares
from streams.ingest.mapping import Mapping
from tests.ingest.maps import events

UNDECIDED = 'reject = "who receives this, and for what, is not decided"  # DECIDE'
DECIDED = 'recipient_id = "META"\npurpose = "AD_AUDIENCE_MATCHING"'


def guessed(records: list[Any]) -> dict[str, str]:
    return guess_shares("ads", [json.dumps(record).encode() for record in records])


def outcomes(made: dict[str, str], folder: Path, records: list[Any]) -> list[Any]:
    (folder / "recipients.toml").write_text(made["recipients.toml"])
    spec = map_from_text(made["map.toml"], folder=folder, controller_id="OURCO")
    return [one for record in records for one in Mapping(spec, TEST_KEY).apply(record)]


def uploads(count: int) -> list[dict[str, Any]]:
    return [
        {"job_id": f"j{n}", "audience": {"id": "a", "platform": ["meta", "tiktok"][n % 2]},
         "exported_at": 1788256800 + n, "columns": ["email", "x"],
         "rows": [{"email": f"a{n}{i}@example.nl", "phone": "+31612345678", "score": 7,
                   "customer-id": f"KL-{i}"} for i in range(3)]}
        for n in range(10)
    ][:count]  # fmt: skip


def test_recipients_and_unknown_columns_are_left_to_people(tmp_path: Path) -> None:
    made = guessed(uploads(10))
    assert {type(one) for one in outcomes(made, tmp_path, uploads(10))} == {RejectedItem}
    made["recipients.toml"] = made["recipients.toml"].replace(UNDECIDED, DECIDED)
    # Nobody decided about `score`: what left is not known, so nothing passes as harmless.
    still = outcomes(made, tmp_path, uploads(2))
    assert {one.reason for one in still} == {"what this column holds is not decided"}
    column = '"score" = {reject = "what this column holds is not decided"}  # DECIDE'
    made["map.toml"] = made["map.toml"].replace(column, '"score" = "PROFILE_SEGMENT"')
    shares = events(outcomes(made, tmp_path, uploads(10)))
    assert len({share["event_id"] for share in shares}) == 30
    assert {share["recipient_id"] for share in shares} == {"META"}
    assert shares[0]["data_categories"] == ["EMAIL", "PHONE", "PROFILE_SEGMENT", "CUSTOMER_ID"]
    assert '["meta"]' in made["recipients.toml"]
    assert '["tiktok"]' in made["recipients.toml"]


def test_several_keys_of_a_person_stand_in_the_map(tmp_path: Path) -> None:
    text = guessed(uploads(3))["map.toml"]
    kinds = [
        line.split('kind = "')[1].split('"')[0] for line in text.splitlines() if "kind" in line
    ]
    assert kinds == ["email", "phone", "customer-id"]
    assert "stands first: DECIDE" in text


def test_records_of_one_person_each(tmp_path: Path) -> None:
    records = [{"id": n, "email": f"a{n}@example.nl", "time": "2026-09-01 10:00:00",
                "partner": "acme"} for n in range(5)]  # fmt: skip
    made = guessed(records)
    assert "each =" not in made["map.toml"]
    assert "which zone: DECIDE" in made["map.toml"]
    made["recipients.toml"] = made["recipients.toml"].replace(UNDECIDED, DECIDED)
    shares = events(outcomes(made, tmp_path, records))
    assert [share["event_id"] for share in shares] == ["0", "1", "2", "3", "4"]
    assert {tuple(share["data_categories"]) for share in shares} == {("EMAIL",)}


def test_no_place_says_where_data_go(tmp_path: Path) -> None:
    made = guessed([{"email": "a@example.nl"}, {"email": "b@example.nl"}])
    assert '["all"]' in made["recipients.toml"]
    assert "no place found: DECIDE" in made["map.toml"]
    assert 'event_id = "{digest}"' in made["map.toml"]


def test_personal_values_are_not_written_down() -> None:
    made = guessed([{"email": f"a{n}@example.nl", "list": f"b{n}@example.nl"} for n in range(4)])
    assert "@" not in "".join(made.values())
    by_person = {"email": "a@example.nl", "0612345678": "x"}
    assert "0612345678" not in guessed([by_person])["map.toml"]


@pytest.mark.parametrize("records", [[b"x"], [b"{}"], [b'{"email": 1}'], [b"[]", b"7"], []])
def test_nothing_to_guess_from(records: list[bytes]) -> None:
    with pytest.raises(ConsentryError, match="no column of the records holds people's"):
        guess_shares("ads", records)


def test_the_command_counts_what_is_to_decide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "uploads.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in uploads(4)))
    folder = tmp_path / "ads"
    wanted = ["ingest", "guess", str(file), "--type", "data-share", "--output", str(folder)]
    assert main(wanted) == 0
    # The keys of a person, two recipients, one column.
    assert "map.toml and recipients.toml; 4 things to decide" in capsys.readouterr().out
    assert sorted(one.name for one in folder.iterdir()) == ["map.toml", "recipients.toml"]
