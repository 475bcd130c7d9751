"""The report says what was found, also when that is bad news."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec

from tests.faults.checks import Kind, Problem
from tests.faults.growth import GROWN
from tests.faults.picture import COLOURS, WORDS, picture
from tests.faults.plan import drawn
from tests.faults.report import text
from tests.faults.result import Result, begun, decode, encode
from tests.faults.runtime import CONSENTRY
from tests.faults.scene import Moment
from tests.faults.strikes import STRIKES, workers


def result(seed: int) -> Result:
    """A run in which one worker was killed."""
    one = begun(drawn(seed, 10, 60), CONSENTRY, 1_000)
    one.records, one.seconds, one.caught_up_s = 1_010, 80.0, 65.0
    one.struck, one.moments = {workers.KILL: 1}, [Moment(12.0, workers.KILL)]
    one.behind = [(1.0, 20), (70.0, 0)]
    return one


def test_a_result_is_kept_whole() -> None:
    one = result(1)
    one.problems = [Problem(Kind.LOST, "findings", 2, "a; b")]
    assert decode(encode(one)) == one


def test_problems_are_counted_and_shown_in_full() -> None:
    clean, lossy, ended = result(1), result(2), result(3)
    lossy.problems = [
        Problem(Kind.LOST, "findings that are missing", 7, "the-first"),
        Problem(Kind.TWICE, "revisions visible twice", 3, "the-second"),
    ]
    ended.fail(RuntimeError("the third"))
    page = text([clean, lossy, ended], "p.svg")
    assert "3 runs, 1 of them clean" in page
    assert "| lost | 7 |" in page
    assert "| visible twice | 3 |" in page
    assert "| runs that did not come to their end | 1 |" in page
    assert "| SIGKILL of a worker | 100 | 3 |" in page
    for words in ("the-first", "the-second", "the third"):
        assert words in page


def test_a_clean_campaign_has_no_list_of_what_was_found() -> None:
    assert "What was found" not in text([result(1)], "p.svg")


def test_the_picture_is_sound_and_shows_every_run_and_strike() -> None:
    bad = msgspec.structs.replace(result(2), failure="x")
    root = ET.fromstring(picture([result(1), bad]))  # noqa: S314 - it is our own
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "1 ok" in words
    assert "2 not clean" in words
    titles = [one.text for one in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles.count(f"{workers.KILL} at 12 s") == 2


def test_every_strike_has_a_colour_and_a_word() -> None:
    modules = {one.act.__module__.rpartition(".")[2] for one in STRIKES.values()}
    assert modules == COLOURS.keys() == WORDS.keys()


def test_what_commands_brought_about_is_added_up() -> None:
    one, other = result(1), result(2)
    one.commands, one.rebuilt = {"erase done": 2, "erase: facts": 9}, 70
    other.commands, other.rebuilt = {"erase done": 1}, 5
    other.finale = GROWN
    page = text([one, other], "p.svg")
    for line in ("| erase done | 3 |", "| erase: facts | 9 |", "| published again | 75 |"):
        assert line in page
    assert "`consentry partitions grow`: 1 times" in page
