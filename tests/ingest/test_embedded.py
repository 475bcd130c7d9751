"""Texts within records: JavaScript literals and GPP strings, read strictly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ingest.gpp import tcf_of_gpp
from streams.ingest.literals import read_literal

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        ("{a:1,b:'x',c:true,d:false,e:null}", {"a": 1, "b": "x", "c": True, "d": False, "e": None}),
        ("{ 'a b' : \"y\" , $c : -7 }", {"a b": "y", "$c": -7}),
        ("%7Ba%3A%27x%2Cy%27%7D", {"a": "x,y"}),
        ("{a:'1,b:2}'}", {"a": "1,b:2}"}),
    ],
)
def test_what_is_a_literal(text: str, expected: dict[str, Any]) -> None:
    assert read_literal(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no object literal"),
        ("0", "no object literal"),
        ("{a:1", "cut short"),
        ("{a:1,}", "no name, colon"),
        ("{a:1 b:2}", "no name, colon"),
        ("{a:f()}", "no name, colon"),
        ("{a:{b:1}}", "no name, colon"),
        ("{a:1.5}", "no name, colon"),
        ("{a:'\\u0041'}", "no name, colon"),
        ("{a:1}{b:2}", "behind the literal"),
        ("{a:1,a:2}", "stands twice"),
        ("{a:1,'a':1}", "stands twice"),
        ("{" + "a" * 30_000 + "}", "longer than any"),
        ("%7Ba%ff%7D", "can't decode"),
    ],
)
def test_what_is_no_literal(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_literal(text)


def fibonacci(number: int) -> str:
    """The Fibonacci code of a number, by its definition."""
    series = [1, 2]
    while series[-1] <= number:
        series.append(series[-1] + series[-2])
    bits = ""
    for one in reversed(series):
        bits = ("1" if number >= one else "0") + bits
        number -= one if number >= one else 0
    return bits.rstrip("0") + "1"


def header(ids: list[int | tuple[int, int]]) -> str:
    """The header of a GPP string: single ids, and ranges from one to another."""
    bits, last = "", 0
    for one in ids:
        first, end = one if isinstance(one, tuple) else (one, one)
        bits += ("1" if isinstance(one, tuple) else "0") + fibonacci(first - last)
        bits += fibonacci(end - first) if isinstance(one, tuple) else ""
        last = end
    bits = f"{3:06b}{1:06b}{len(ids):012b}{bits}"
    bits += "0" * (-len(bits) % 8)
    bits += "0" * (-len(bits) % 6)
    return "".join(SIGNS[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def test_the_header_is_that_of_the_specification() -> None:
    """Both stand in its text: section 2 alone, and sections 2 and 6."""
    assert header([2]) == "DBABMA"
    assert header([2, 6]) == "DBACNYA"


@pytest.mark.parametrize(
    ("ids", "sections", "expected"),
    [
        ([2], ["eu"], "eu"),
        ([2, 6], ["eu", "1YNN"], "eu"),
        ([6], ["1YNN"], None),
        ([(1, 3)], ["one", "eu", "three"], "eu"),
        ([(6, 12)], list("abcdefg"), None),
        ([(1, 2), 7, (10, 12)], ["one", "eu", "us", "a", "b", "c"], "eu"),
    ],
)
def test_the_european_section(
    ids: list[int | tuple[int, int]], sections: list[str], expected: str | None
) -> None:
    assert tcf_of_gpp("~".join([header(ids), *sections])) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no base64"),
        ("DBABMA", "cut short"),
        ("DBABMA~", "is empty"),
        ("DBABMA~eu~x", "other sections"),
        ("DBACNYA~eu", "other sections"),
        ("DBAB~eu", "ends before"),
        ("DBABMAAA~eu", "longer than its fields"),
        ("DBABMB~eu", "longer than its fields"),
        ("DCABMA~eu", "version 1"),
        ("CPXx~eu", "version 1"),
        ("DBAB!A~eu", "no base64"),
        ("DBAAA~", "other sections"),
        ("DBP____" + "A" * 40 + "~eu", "ends before|there are not"),
        (header([(1, 500)]) + "~eu", "there are not"),
        ("D" * 60_000, "longer than any"),
    ],
)
def test_what_is_no_gpp_string(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tcf_of_gpp(text)


@given(st.sets(st.integers(1, 30), min_size=1, max_size=8))
def test_every_cut_of_a_header_names_fewer_sections(ids: set[int]) -> None:
    """So the count of sections does not fit, and no cut is read as something else."""
    listed = sorted(ids)
    whole = header(list(listed))
    sections = [f"s{one}" for one in listed]
    assert tcf_of_gpp("~".join([whole, *sections])) == ("s2" if 2 in ids else None)
    for end in range(len(whole)):
        text = "~".join([whole[:end], *sections])
        try:
            assert tcf_of_gpp(text) == ("s2" if 2 in ids else None)
        except ValueError:
            continue


@given(st.text("ab01:'\",{}~%-_ \u00e9", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_literal, tcf_of_gpp):
        try:
            read("{" + text + "}")
        except ValueError:
            continue
