"""The functions that a map is written as: names and Consentry's own words, nothing of the map."""

from __future__ import annotations

import ast
import json

import pytest

from streams.ingest import map_from_text
from streams.ingest.connectors import connector_names, find_map
from streams.ingest.generate import functions_of
from streams.ingest.golden import TEST_CONTROLLER
from streams.ingest.load import load_map
from tests.ingest.maps import HEAD, PLAIN, RECORD, events, mapping, outcomes, reason, shown

_OWN_TEXTS = {"", ".", "true", "false", " is absent, and without it nothing is granted"}
HOSTILE = '"""); import os; x = f"{os}" #\\n\''


def texts_in(source: str) -> set[str]:
    """The texts that stand in source."""
    constants = (one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Constant))
    return {one.value for one in constants if isinstance(one.value, str)}


def names_in(source: str) -> set[str]:
    """The names that source reads, calls or sets, attributes included."""
    found: set[str] = set()
    for one in ast.walk(ast.parse(source)):
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif isinstance(one, ast.keyword | ast.arg) and one.arg:
            found.add(one.arg)
    return found


MEMBER = "'''); import os; os.x() #\\n'"
PATH = f'top."{MEMBER}"'


def hostile() -> str:
    """A map whose every text would be something else, were it source."""
    quoted, path = json.dumps(HOSTILE), json.dumps(PATH)
    constant = json.dumps(HOSTILE.replace("{", "{{").replace("}", "}}") + "{" + PATH + "}")
    return (
        (HEAD + PLAIN)
        .replace("yes = ", f"{quoted} = ")
        .replace("no = ", "os = ")
        .replace(
            "[event.set]",
            f"""
name = {quoted}
when = {{{path} = [{quoted}, "a"]}}
[[event.check]]
from = {path}
words = {{{quoted} = "pass", a = {{ignore = {quoted}}}}}
[event.set]
evidence_ref = {constant}
""",
        )
    )


def test_nothing_of_a_map_is_source() -> None:
    source = functions_of(map_from_text(hostile())).source
    assert texts_in(source) <= _OWN_TEXTS
    assert not names_in(source) & {"os", "import", "exec", "eval", "open", "getattr"}
    assert not any(name.startswith("__") for name in names_in(source))


def test_the_look_for_texts_notices_one() -> None:
    source = functions_of(map_from_text(hostile())).source + "\nx = 'CONFIRMED'\nos = 1\n"
    assert "CONFIRMED" in texts_in(source) - _OWN_TEXTS
    assert "os" in names_in(source)


@pytest.mark.parametrize("name", connector_names())
def test_nothing_of_a_connector_is_source(name: str) -> None:
    spec = load_map(find_map(name), controller_id=TEST_CONTROLLER)
    for observing in (False, True):
        assert texts_in(functions_of(spec, observing=observing).source) <= _OWN_TEXTS


def test_a_hostile_text_is_a_text() -> None:
    record = RECORD | {MEMBER: HOSTILE, "answer": HOSTILE}
    (found,) = events(outcomes(hostile(), record))
    assert found["evidence_ref"] == HOSTILE * 2
    assert shown(hostile(), record | {MEMBER: "a"}) == [{"ignored": HOSTILE}]
    assert "takes this record" in reason(hostile(), record | {MEMBER: "b"})


def test_the_functions_of_a_map_are_written_once() -> None:
    spec = map_from_text(hostile())
    assert functions_of(spec) is functions_of(spec)
    assert functions_of(spec) is not functions_of(map_from_text(hostile()))


def test_a_name_stays_from_the_outer_level() -> None:
    """Items of lists within an object: `name` is the object's, `number` has both places."""
    text = (
        HEAD
        + PLAIN.replace("[event.set]", 'each = "top.lists{}.of[]"\n[event.set]').replace(
            't:{top.id}"', 't:{top.id}:{name}:{number}:{item.x}:{outer}"'
        )
    ).replace(":{outer}", "")
    news, old = {"of": [{"x": "a"}, {"x": "b"}]}, {"of": [{"x": "c"}]}
    record = RECORD | {"lists": {"news": news, "old": old}}
    found = [one["event_id"] for one in events(outcomes(text, record))]
    assert found == ["t:1:news:0.0:a", "t:1:news:0.1:b", "t:1:old:1.0:c"]
    broken = RECORD | {"lists": {"old": old, "broken": {"of": {}}, "news": news}}
    assert shown(text, broken)[1:] == [{"rejected": "item.of is an object, and no list"}]


def test_what_an_outer_item_says_is_not_taken_for_the_inner_one() -> None:
    text = HEAD + PLAIN.replace(
        "[event.set]", 'each = "top.orders[].lines[]"\n[event.set]'
    ).replace("t:{top.id}", "t:{outer.id}:{item.id}:{item.lines?}")
    record = RECORD | {
        "orders": [{"id": "o1", "lines": [{"id": "l1"}, {"id": "l2", "lines": 3}]}, {"id": "o2"}]
    }
    found = outcomes(text, record)
    assert [one["event_id"] for one in events(found)] == ["t:o1:l1:", "t:o1:l2:3"]
    assert getattr(found[-1], "reason", "") == "item.lines is absent"


def test_the_digest_is_a_value_too() -> None:
    text = (HEAD + PLAIN).replace(
        "[event.set]", '[event.set]\nevidence_ref = {from = "digest"}'
    ).replace("t:{top.id}", "t:{digest}")  # fmt: skip
    (found,) = events(outcomes(text, RECORD))
    assert found["event_id"] == "t:" + found["evidence_ref"]


def test_many_items_end_the_record() -> None:
    text = HEAD + PLAIN.replace("[event.set]", 'each = "top.list[]"\n[event.set]').replace(
        "top.answer", "item"
    )
    found = outcomes(text, RECORD | {"list": [0] * 100_001})
    assert getattr(found[-1], "reason", "") == "top.list[] has more than 100000 items"
    assert len(found) == 100_001


def test_a_value_is_noted_once_and_only_where_checks_let_it() -> None:
    text = (
        HEAD + PLAIN.replace("[event.set]", '[[event.check]]\nfrom = "top.kind"\n'
                             'words = {a = "pass", b = {ignore = "b"}}\n[event.set]')
    )  # fmt: skip
    noted: list[tuple[str | None, str, object]] = []
    bound = mapping(text)
    for kind in ("a", "b"):
        bound.apply(RECORD | {"kind": kind}, note=lambda *one: noted.append(one))
    rule = "consent-change"
    assert noted == [(rule, "top.kind", "a"), (rule, "top.answer", "yes"), (rule, "top.kind", "b")]
    assert bound.apply(RECORD | {"kind": "a"}) == bound.apply(
        RECORD | {"kind": "a"}, note=lambda *_: None
    )


def test_a_reject_of_the_whole_record_names_no_rule() -> None:
    assert "no entry [[event]]" in reason(
        (HEAD + PLAIN).replace("[event.set]", 'when = {"top.x" = "y"}\n[event.set]'), RECORD
    )


def test_a_map_whose_table_decides_nothing_yet() -> None:
    """A guessed map: fields may be missing, since every record ends at the table."""
    text = (
        HEAD
        + """
[tables.lists.news]
reject = "what this is for is not decided"
[[event]]
type = "consent-change"
nature = "state"
subject = {from = "top.email", kind = "email"}
table = {name = "lists", from = "top.list"}
[event.set]
"""
    )
    action = 'action = {from = "top.answer", words = {yes = "GRANTED", no = "WITHDRAWN"}}\n'
    for more in ("", action):
        for answer in ("yes", "no"):
            record = RECORD | {"list": "news", "answer": answer}
            assert reason(text + more, record) == "what this is for is not decided"
    assert "no row" in reason(text, RECORD | {"list": "old"})
