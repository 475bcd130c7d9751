"""A map says everything that is wrong with it at once, each with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import ConsentryError
from streams.ingest import load_map, map_from_text
from tests.ingest.maps import HEAD, PLAIN


def problems(text: str) -> list[str]:
    with pytest.raises(ConsentryError) as error:
        map_from_text(text, name="map.toml")
    return [line.strip() for line in error.value.problem.split("\n")[1:]]


def test_a_sound_map_is_read() -> None:
    spec = map_from_text(HEAD + PLAIN)
    assert (spec.name, spec.controller_id, len(spec.rules)) == ("tool", "OURCO", 1)


def test_everything_that_is_wrong_is_said_at_once_with_its_line() -> None:
    text = """version = 2
name = "Tool"
formt = "json"
controller_id = "OURCO"

[[check]]
from = "top.test"
[check.words]
true = {ignor = "a test"}

[[check]]
when = {top.type = "x"}
ignore = "x"

[[event]]
type = "consent-change"
subject = {from = "email", kind = "mail"}
[event.set]
event_id = "t:{top.id"
occurred_at = {from = "top.at", time = "%Y-%m-%d %H:%M:%S"}
purposes = ["OWN_MARKETING"]
channel = ["EMAIL"]
[event.set.action]
from = "top.answer"
[event.set.action.words]
no = "WITHDRAW"
"""
    found = problems(text)
    for line, words in [
        (1, "version is 2: allowed: 1"),
        (2, 'name is "Tool": allowed'),
        (3, "formt: there is no such key; did you mean format?"),
        (9, 'check[1].words.true: allowed: {ignore = "reason"}'),
        (12, "a path in a condition stands in quotes"),
        (15, 'event[1].nature: allowed: "act"'),
        (17, 'event[1].subject.from is "email": a path begins with'),
        (17, 'event[1].subject.kind is "mail": allowed: one of email'),
        (19, "a brace stands alone"),
        (20, "event[1].set.occurred_at.time: the time zone is missing"),
        (21, 'event[1].set.purposes[1] is "OWN_MARKETING": allowed'),
        (26, 'event[1].set.action.words.no is "WITHDRAW": allowed'),
        (22, "event[1].set.channel: a consent-change has no such field; did you mean channels?"),
    ]:
        assert any(one.startswith(f"map.toml:{line}: ") and words in one for one in found), (
            line, words, found,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('nature = "act"', ""), "nature: allowed"),
        (('nature = "act"', "nature = []"), "nature is []: allowed"),
        (('nature = "act"', 'nature = "act"\ntable = {name = [], from = "top.x"}'), "no such table"),
        (('from = "top.answer", ', 'from = "top.answer", on = [[]], '), "on is [[]]: allowed"),
        (('purposes = ["OWN_DIRECT_MARKETING"]\n', ""), "purposes is missing: the rule can come"),
        (('event_id = "t:{top.id}"\n', ""), "event_id is missing"),
        (('"t:{top.id}"', '"constant"'), "event_id: it must come from the record"),
        (('from = "top.answer", ', 'from = "top.answer", optional = true, '), "action: it must come"),
        (('time = "rfc3339"', 'time = "rfc3339", optional = true'), "must come from the record"),
        (('time = "rfc3339"', 'time = "iso"'), 'allowed: "rfc3339"'),
        (('time = "rfc3339"', 'time = "epoch_s", zone = "UTC"'), "an epoch counts in UTC"),
        (('time = "rfc3339"', 'time = "rfc3339", zone = "CET+1"'), "IANA name"),
        (('time = "rfc3339"', 'time = "%Y-%m-%d %H:%M %z", zone = "UTC"'), "leave zone out"),
        ((', time = "rfc3339"', ""), "time is missing"),
        ((', kind = "email"', ""), "subject.kind: allowed"),
        (('no = "WITHDRAWN"', 'no = {reject = ""}'), "a reason in words"),
        (('no = "WITHDRAWN"', 'no = {ignore = "x", reject = "y"}'), "allowed: {ignore"),
        (('yes = "GRANTED"', "yes = true"), "action.words.yes is true: allowed: one of"),
        (('"top.answer", words', '"answer", words'), "did you mean root.answer?"),
        (('"top.answer", words', '"top..answer", words'), "no part of a path"),
        (('purposes = ["OWN_DIRECT_MARKETING"]', "purposes = []"), "leave an empty one out"),
        (('purposes = ["OWN_DIRECT_MARKETING"]', 'purposes = "{top.p}"'), "{from = ..., words"),
        (("[event.set]", '[event.set]\nsource_system = "x"'), "it is the name of the map"),
        (("[event.set]", '[event.set]\nnotice_version = "top.v"'), "a path stands in a table"),
        (("[event.set]", '[event.set]\nevidence_ref = "anna@example.nl"'), "an e-mail address"),
        (('type = "consent-change"', 'type = "consent"'), 'type is "consent": allowed'),
        (('controller_id = "OURCO"', ""), "controller_id is missing; name it"),
        (('controller_id = "OURCO"', 'controller_id = " OURCO"'), "begin or end with a blank"),
    ],
)  # fmt: skip
def test_what_is_refused(change: tuple[str, str], words: str) -> None:
    text = HEAD + PLAIN
    assert change[0] in text
    found = problems(text.replace(change[0], change[1], 1))
    assert any(words in one for one in found), found


@pytest.mark.parametrize(
    ("tables", "words"),
    [('[tables.t.a]\nignore = "x"\n', "the table has no such row"),
     ('[tables]\nt = "\\u0000"\n', "its name holds a zero character")],
)  # fmt: skip
def test_a_row_that_is_no_text_and_a_name_of_no_file(tables: str, words: str) -> None:
    row = 'nature = "act"\ntable = {name = "t", row = []}'
    found = problems(HEAD + tables + PLAIN.replace('nature = "act"', row))
    assert any(words in one for one in found), found


def test_a_table_file_says_its_own_lines(tmp_path: Path) -> None:
    (tmp_path / "purposes.toml").write_text(
        '["a"]\npurposes = ["OWN_DIRECT_MARKETING"]\nchanels = ["EMAIL"]\n\n["b"]\n'
        'purposes = ["OWN"]\n\n["c"]\naction = "GRANTED"\n'
    )
    (tmp_path / "map.toml").write_text(
        HEAD
        + '[tables]\nlists = "purposes.toml"\n'
        + PLAIN.replace('purposes = ["OWN_DIRECT_MARKETING"]\n', "").replace(
            "[event.set]", 'table = {name = "lists", from = "top.list"}\n[event.set]'
        )
    )
    with pytest.raises(ConsentryError) as error:
        load_map(tmp_path)
    said = error.value.problem
    table = tmp_path / "purposes.toml"
    assert f"{table}:3: a.chanels: a row sets no such field; did you mean channels?" in said
    assert f'{table}:6: b.purposes[1] is "OWN"' in said
    assert f"{table}:9: c.action: a row sets no such field" in said


def test_a_csv_table(tmp_path: Path) -> None:
    text = (
        HEAD
        + '[tables]\nlists = "lists.csv"\n'
        + PLAIN.replace('purposes = ["OWN_DIRECT_MARKETING"]\n', "").replace(
            "[event.set]", 'table = {name = "lists", from = "top.list"}\n[event.set]'
        )
    )
    (tmp_path / "map.toml").write_text(text)
    table = tmp_path / "lists.csv"
    table.write_text(
        "list,purposes,channels,separate_act,ignore\n"
        "news,OWN_DIRECT_MARKETING,EMAIL|SMS,true,\n"
        "stats,,,,not marketing\n"
    )
    (rule,) = load_map(tmp_path).rules
    rows = rule.tables[0].table.rows
    assert rows["news"] == {
        "purposes": ("OWN_DIRECT_MARKETING",), "channels": ("EMAIL", "SMS"), "separate_act": True,
    }  # fmt: skip
    table.write_text("list,purposes\nnews,OWN\nnews,OWN_DIRECT_MARKETING\nx,a,b\n")
    with pytest.raises(ConsentryError) as error:
        load_map(tmp_path)
    assert f"{table}:2: news.purposes[1]" in error.value.problem
    assert f"{table}:3: news: the same key stands in a row above" in error.value.problem
    assert f"{table}:4: x: 3 cells under 2 columns" in error.value.problem
    # Of two columns of one name the first would be lost, and a grant be wider.
    table.write_text("list,purposes,channels,channels\nnews,OWN_DIRECT_MARKETING,EMAIL,\n")
    with pytest.raises(ConsentryError, match=r"lists\.csv:1: the column channels stands twice"):
        load_map(tmp_path)


def test_a_field_is_set_in_one_place_only() -> None:
    text = (
        HEAD
        + '[tables.lists.news]\npurposes = ["OWN_DIRECT_MARKETING"]\n'
        + PLAIN.replace("[event.set]", 'table = {name = "lists", row = "news"}\n[event.set]')
    )
    assert any("purposes is set twice" in one for one in problems(text))


def test_what_is_no_toml_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConsentryError, match=r"map.toml:2 is not TOML"):
        map_from_text("version = 1\nname = = 1\n", name="map.toml")
    with pytest.raises(ConsentryError, match="cannot be read"):
        load_map(tmp_path)
    (tmp_path / "map.toml").write_bytes(b"\xff")
    with pytest.raises(ConsentryError, match="is not UTF-8"):
        load_map(tmp_path)
