"""Policy files and registers that no careful hand writes: an error with its place, or one reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.core.instants import EARLIEST, LATEST, Instant, hours
from streams.errors import ConsentryError
from streams.policy_file import (
    DEFAULT_TEXT,
    load_policy,
    policy_from_text,
    policy_of,
    shown_settings,
    standalone,
)
from streams.policy_file.changes import policy_changes


def problem(text: str, folder: Path | None = None) -> str:
    with pytest.raises(ConsentryError) as raised:
        policy_from_text(text, name="p.toml", folder=folder)
    return raised.value.problem


def of_register(folder: Path, name: str, content: str, register: str = "recipients") -> str:
    (folder / name).write_text(content)
    return problem(f'[registers]\n{register} = "{name}"\n', folder)


def test_an_entry_from_1970_follows_one_from_the_beginning() -> None:
    policy = policy_from_text(
        'notify_deadline = [{value = "PT24H"}, {from = 1970-01-01T00:00:00Z, value = "PT48H"}]'
    )
    assert policy.at(Instant(-1)).notify_deadline == hours(24)
    assert policy.at(Instant(0)).notify_deadline == hours(48)


def test_alone_it_holds_from_the_beginning_as_its_digest_of_earlier_releases_says() -> None:
    policy = policy_from_text('notify_deadline = [{from = 1970-01-01T00:00:00Z, value = "PT48H"}]')
    assert policy.digest == policy_from_text('notify_deadline = "PT48H"').digest


@pytest.mark.parametrize(
    ("instant", "read"),
    [("0001-01-01T00:00:00+01:00", EARLIEST), ("9999-12-31T23:59:59-05:00", LATEST)],
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_an_offset_that_leads_out_of_the_calendar(instant: str, read: Instant, quote: str) -> None:
    at = quote + instant + quote
    policy = policy_from_text(f'notify_deadline = [{{from = {at}, value = "PT48H"}}]')
    assert [one.valid_from for one in policy.entries["notify_deadline"]] == [read]
    assert policy_changes(policy_of(DEFAULT_TEXT, "p"), policy).settings
    assert shown_settings(policy, Instant(0))


def test_a_decision_without_an_end_is_taken_into_the_policy_log(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("country,valid_until\nUS,9999-12-31T23:59:59-05:00\n")
    (tmp_path / "p.toml").write_text('[registers]\nadequacy = "a.csv"\n')
    policy = load_policy(tmp_path / "p.toml")
    assert policy_of(standalone(tmp_path / "p.toml"), "p").digest == policy.digest


@pytest.mark.parametrize("value", ["[" * 3000 + "]" * 3000, "1" * 5000])
def test_toml_that_python_cannot_hold(value: str) -> None:
    assert problem(f"x = {value}").startswith("p.toml is no TOML that can be read: ")


def test_a_name_that_no_file_has() -> None:
    text = '[registers]\nrecipients = "a\\u0000.csv"\n'
    assert "p.toml:2: registers.recipients is " in problem(text)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[{"recipient_id": ' + "1" * 5000 + "}]", "not JSON that can be read"),
        ('[{"recipient_id": "\\ud800"}]', "[1].recipient_id is "),
        ('[{"recipient_id": "A", "legal_entity": "\\ud800"}]', "[1].legal_entity is "),
        ('[{"recipient_id": "A", "role": "PROCESSOR", "role": "PROCESSOR"}]', "role twice"),
    ],
)
def test_json_that_says_no_one_thing(tmp_path: Path, content: str, words: str) -> None:
    found = of_register(tmp_path, "r.json", content)
    assert f"{tmp_path / 'r.json'}: " in found
    assert words in found


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (
            "recipient_id,role,role\nA,THIRD_PARTY,PROCESSOR\n",
            ":1",
            "the header has the column role twice",
        ),
        ('recipient_id,legal_entity\nA,"Acme BV\nB,Bolt\n', ":3", "not CSV: "),
        ("", "", "the header is missing"),
        ("\n,,\n", "", "the header is missing"),
    ],
)
def test_csv_in_which_rows_or_columns_would_be_lost(
    tmp_path: Path, content: str, line: str, words: str
) -> None:
    assert f"{tmp_path / 'r.csv'}{line}: {words}" in of_register(tmp_path, "r.csv", content)


def test_a_header_alone_is_an_empty_register(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("country,valid_from\n")
    text = '[registers]\nadequacy = "a.csv"\n'
    assert policy_from_text(text, folder=tmp_path).registers.adequacy == ()
