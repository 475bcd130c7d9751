"""The ready connectors: every golden pair holds, and no word of a map is without one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from streams.errors import ConsentryError
from streams.ingest import Mapping, load_map
from streams.ingest.connectors import (
    connector_folder,
    connector_names,
    copy_connector,
    find_map,
)
from streams.ingest.coverage import Coverage
from streams.ingest.golden import (
    TEST_CONTROLLER,
    TEST_KEY,
    PairResult,
    read_pairs,
    try_map,
)

RESULTS: dict[str, list[PairResult]] = {
    name: try_map(find_map(name))[1] for name in connector_names()
}


@pytest.mark.parametrize(
    ("name", "result"),
    [(name, result) for name, results in RESULTS.items() for result in results],
    ids=lambda value: value.pair.name if isinstance(value, PairResult) else value,
)
def test_a_golden_pair_holds(name: str, result: PairResult) -> None:
    assert result.differences == ()


@pytest.mark.parametrize("name", connector_names())
def test_a_connector_is_whole(name: str) -> None:
    folder = connector_folder() / name
    spec = load_map(folder, controller_id=TEST_CONTROLLER)
    assert spec.name == name
    assert spec.controller_id == TEST_CONTROLLER, "the controller is the user's"
    pairs = [result.pair for result in RESULTS[name]]
    assert len({pair.name for pair in pairs}) == len(pairs)
    assert any(pair.name.startswith("trap: ") for pair in pairs)
    page = (folder / "README.md").read_text("utf-8")
    assert "## What is dangerous" in page
    # Fixtures are of made-up people. JSON-LD has names that begin with an @.
    text = (folder / "golden.jsonl").read_text("utf-8")
    domains = set(re.findall(r"[\w%-]@([\w.-]+)", text))
    assert all(re.search(r"(^|\.)example\.(nl|com|net|org)$", one) for one in domains), domains


@pytest.mark.parametrize("name", connector_names())
def test_every_word_and_row_has_a_pair(name: str) -> None:
    spec = load_map(find_map(name), controller_id=TEST_CONTROLLER)
    counted = Coverage(Mapping(spec, TEST_KEY))
    for pair in read_pairs(find_map(name), spec):
        counted.add(pair.record, pair.headers)
    missing = {
        (place.rule, place.path): place.never_seen
        for place in counted.places.values()
        if place.never_seen
    }
    assert missing == {}


def test_a_wrong_pair_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(find_map("onetrust"), tmp_path / "onetrust")
    golden = tmp_path / "onetrust" / "golden.jsonl"
    text = golden.read_text("utf-8")
    golden.write_text(text.replace('"action": "REFUSED"', '"action": "GRANTED"', 1), "utf-8")
    _, results = try_map(tmp_path / "onetrust")
    wrong = [result for result in results if result.differences]
    assert len(wrong) == 1
    assert wrong[0].differences == ('outcome 2: action is "REFUSED" and not "GRANTED"',)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "holds no pairs"),
        ("{", "is no JSON"),
        ("[]", "is no pair"),
        ("[" * 100_000, "is no JSON"),
        ('{"pair": "x", "input": {}, "expect": ["x"]}', "something else than objects"),
        ('{"pair": "x", "input": {}, "headers": [1], "expect": [{}]}', "headers is no object"),
        ('{"pair": "x", "input": {}, "people": [[]], "expect": [{}]}', "people is no list"),
        ('{"pair": "x", "input": {}, "people": 5, "expect": [{}]}', "people is no list"),
        ('{"pair": "x", "input": {}, "text": "", "expect": [{}]}', "is no pair"),
        ('{"pair": "x", "input": {}, "expect": []}', "is missing"),
        ('{"pair": "x", "input": {}, "expect": [{"subject_id": {"mail": "x"}}]}', "golden.jsonl:1"),
        (
            '{"pair": "x", "input": {}, "expect": [{"subject_id": {"email": "x"}}]}',
            "golden.jsonl:1",
        ),
    ],
)
def test_what_is_no_pair(tmp_path: Path, line: str, words: str) -> None:
    shutil.copytree(find_map("onetrust"), tmp_path / "onetrust")
    (tmp_path / "onetrust" / "golden.jsonl").write_text(line)
    with pytest.raises(ConsentryError, match=words):
        try_map(tmp_path / "onetrust")


def test_missing_and_surplus_outcomes_are_noticed(tmp_path: Path) -> None:
    shutil.copytree(find_map("onetrust"), tmp_path / "onetrust")
    golden = tmp_path / "onetrust" / "golden.jsonl"
    first = golden.read_text("utf-8").split("\n")[0]
    golden.write_text(first.replace('"expect": [', '"expect": [{"ignored": "x"}, '))
    (result,) = try_map(tmp_path / "onetrust")[1]
    assert "2 outcomes were expected, and there are 1" in result.differences
    golden.write_text(first.split('"expect"', maxsplit=1)[0] + '"expect": [{"ignored": "x"}]}')
    (result,) = try_map(tmp_path / "onetrust")[1]
    assert 'outcome 1: ignored is absent and not "x"' in result.differences


def test_copying_and_finding(tmp_path: Path) -> None:
    copy_connector("onetrust", tmp_path / "mine")
    assert find_map(str(tmp_path / "mine")) == tmp_path / "mine"
    for name, target in (("onetrust", tmp_path / "mine"), ("none", tmp_path / "new")):
        with pytest.raises(ConsentryError):
            copy_connector(name, target)
    with pytest.raises(ConsentryError, match="there is no map none"):
        find_map("none")


def test_the_list_is_complete() -> None:
    text = (connector_folder() / "README.md").read_text("utf-8")
    for name in connector_names():
        assert f"| [{name}]({name}/README.md) |" in text


def test_the_traps_of_the_list_have_their_pairs() -> None:
    text = (connector_folder() / "README.md").read_text("utf-8").split("## Where each trap", 1)[1]
    rows = re.findall(r"^\| ([a-z-]+) \| .+ \| (`.+`) \|$", text, re.MULTILINE)
    assert {name for name, _ in rows} == set(connector_names())
    for name, cell in rows:
        pairs = {result.pair.name for result in RESULTS[name]}
        assert set(cell.strip("`").split("`<br>`")) <= pairs, name
