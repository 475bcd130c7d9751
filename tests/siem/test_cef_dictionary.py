"""Every value of a CEF line has the room that the dictionary gives it, in ArcSight's own reading."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pycef
import pytest
from hypothesis import given, settings

from streams.core.findings import Duty, Finding
from streams.siem.cef import cef
from streams.siem.lifecycle import identity
from streams.siem.producer import Language
from tests.siem.goldens import PRODUCER
from tests.siem.hostile import output_records
from tests.siem.lives import lives
from tests.siem.readers import Cef, read_cef

DICTIONARY = tomllib.loads(Path(__file__).with_name("cef_dictionary.toml").read_text("utf-8"))
LONGEST = DICTIONARY["header"] | DICTIONARY["extension"]
LIVES = lives()


def too_long(line: Cef) -> list[str]:
    """The fields that the dictionary does not have, or gives less room."""
    header = dict(zip(DICTIONARY["header"], line.header, strict=True))
    fields = [*header.items(), *line.extension.items()]
    return [
        name
        for name, value in fields
        if name not in LONGEST or (LONGEST[name] and len(value) > LONGEST[name])
    ]


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("language", Language)
def test_every_life_fits(life: str, language: Language) -> None:
    producer = msgspec.structs.replace(PRODUCER, language=language)
    line = cef(LIVES[life], producer)
    assert too_long(read_cef(line)) == []
    assert pycef.parse(line)["externalId"] == identity(LIVES[life]).removeprefix("duty:")


@settings(max_examples=200)
@given(output_records)
def test_whatever_producers_send_fits(record: Finding | Duty) -> None:
    assert too_long(read_cef(cef(record, PRODUCER))) == []


def test_the_check_bites() -> None:
    """The case: `duty:` and a UUID have 41 characters."""
    line = read_cef(cef(LIVES["duty due"], PRODUCER))
    longer = line.extension | {
        "externalId": "duty:07f2a79d-e90e-5a37-8edf-fb2faabd2950",
        "own": "x",
    }
    assert too_long(line._replace(extension=longer)) == ["externalId", "own"]


def test_a_duty_and_a_finding_differ() -> None:
    due, opened = (read_cef(cef(LIVES[life], PRODUCER)) for life in ("duty due", "finding opened"))
    assert (due.extension["cat"], opened.extension["cat"]) == ("duty", "finding")
    assert due.extension["externalId"] != opened.extension["externalId"]
