"""What every format of the registry does, whichever it is: `streams/siem/formats.py`, FORMATS.

A format that is added without its golden file, its reader or a sink that carries it fails
here, by its name.
"""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings

from streams.core.codes import CODES
from streams.core.findings import Duty, Finding
from streams.core.texts.listing import every_text
from streams.core.vocabulary import Code, DutyStatus, Finality, Severity, Status
from streams.siem.cloudevents import KafkaRecord
from streams.siem.formats import FORMATS, Rendered, one_line
from streams.siem.lifecycle import identity, step
from streams.siem.producer import Language, Producer
from streams.sinks.kinds import KINDS
from tests.siem.goldens import FOLDER, PRODUCER
from tests.siem.hostile import harmless, output_records
from tests.siem.lives import lives
from tests.siem.readers import READERS

LIVES = lives()
OPENED = LIVES["finding opened"]
DUE = LIVES["duty due"]

every_format = pytest.mark.parametrize("form", FORMATS)


def text_of(made: Rendered) -> str:
    """All that is written, as one text."""
    if isinstance(made, KafkaRecord):
        headers = " ".join(f"{name}: {value.decode()}" for name, value in made.headers)
        return f"{headers} {made.key.decode()} {made.value.decode()}"
    return one_line(made)


def carriers(form: str) -> list[str]:
    """The kinds of sinks whose key `format` may name it."""
    return [
        kind
        for kind, options in KINDS.items()
        if "format" in options.model_fields
        and form in get_args(options.model_fields["format"].annotation)
    ]


def values(form: str, one: Finding | Duty) -> list[str]:
    """What a receiver reads, without the names of fields."""
    read = READERS[form](FORMATS[form](one, PRODUCER))
    return [str(value) for value in read.values()]


@every_format
def test_its_golden_file_is_there(form: str) -> None:
    assert (FOLDER / f"{form}.txt").is_file(), "python -m tests.siem.goldens; read what it wrote"


@every_format
def test_a_reader_of_the_tests_reads_it(form: str) -> None:
    assert form in READERS, f"add a reader of {form} to tests/siem/readers.py, READERS"
    assert READERS[form](FORMATS[form](OPENED, PRODUCER))


def test_there_is_no_reader_of_a_format_that_is_gone() -> None:
    assert set(READERS) <= set(FORMATS)


@every_format
def test_a_sink_carries_it(form: str) -> None:
    assert carriers(form), f"no sink names {form} in its key `format`: nobody can choose it"


def test_a_format_that_no_sink_names_is_noticed() -> None:
    assert carriers("nobody-names-it") == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "format" in KINDS[kind].model_fields])
def test_a_sink_names_formats_that_exist(kind: str) -> None:
    named = set(get_args(KINDS[kind].model_fields["format"].annotation))
    # The webhook's word for alerts, which have a form of their own.
    assert named - {"alert"} <= set(FORMATS)
    assert named


@pytest.mark.parametrize("code", Code)
@every_format
def test_every_code(form: str, code: Code) -> None:
    """Its name, and all that it can say, in the language of the receiver."""
    assert list(every_text(code))
    for status, _, (explanation, remediation) in every_text(code):
        one = msgspec.structs.replace(
            OPENED if isinstance(status, Status) else DUE,
            code=code,
            severity=CODES[code].severity,
            status=status,
            explanation_en=explanation.en,
            explanation_nl=explanation.nl,
            remediation_en=remediation.en,
            remediation_nl=remediation.nl,
        )
        for language in Language:
            made = FORMATS[form](one, Producer(version="1.2.3", language=language))
            read = " ".join(str(value) for value in READERS[form](made).values())
            assert code in read
            for text in (explanation, remediation):
                # Lines have bounds, and some no quotation marks: the first words are enough.
                words = re.split(r"[^\w ,-]", getattr(text, language.value))[0][:40]
                assert len(words) > 5
                assert words in read


@pytest.mark.parametrize("status", [*Status, *DutyStatus])
@every_format
def test_every_status(form: str, status: Status | DutyStatus) -> None:
    """Each says which step it is, at the first revision and later, provisional and final."""
    of_finding = isinstance(status, Status)
    # In OCSF's own terms, or in ours.
    words = {
        "opened": ("opened", "New"),
        "closed": ("closed", "Close"),
        "revised": ("revised", "Update"),
        "reopened": ("reopened", "Update"),
    }
    for revision in (1, 2):
        one: Finding | Duty = msgspec.structs.replace(
            OPENED if of_finding else DUE, status=status, revision=revision
        )
        for finality in Finality if of_finding else [None]:
            labelled = one if finality is None else msgspec.structs.replace(one, finality=finality)
            read = values(form, labelled)
            assert any(word in value for word in words[step(one)] for value in read), read


@pytest.mark.parametrize("severity", Severity)
@every_format
def test_every_severity(form: str, severity: Severity) -> None:
    one = msgspec.structs.replace(OPENED, severity=severity)
    assert READERS[form](FORMATS[form](one, PRODUCER))
    assert severity.value in text_of(FORMATS[form](one, PRODUCER))


@pytest.mark.parametrize("life", LIVES)
@every_format
def test_every_life_has_its_identity_and_revision(form: str, life: str) -> None:
    read = values(form, LIVES[life])
    # An externalId of CEF has no room for the prefix of duties; `cat` says it.
    named = identity(LIVES[life])
    named = named.removeprefix("duty:") if form == "cef" else named
    assert any(named in value for value in read)
    assert any(value == str(LIVES[life].revision) for value in read)


@every_format
@settings(max_examples=60)
@given(output_records)
def test_hostile_texts_add_no_field_and_no_line(form: str, one: Finding | Duty) -> None:
    made = FORMATS[form](one, PRODUCER)
    names = list(READERS[form](made))
    assert names == list(READERS[form](FORMATS[form](harmless(one), PRODUCER)))
    line = text_of(made)
    assert line.splitlines() == [line]
    assert line.replace("\t", "").isprintable()
    if not isinstance(made, KafkaRecord):
        # A CloudEvent holds the whole finding, as it stands on the topic.
        assert len(line.encode()) < 60_000


def test_the_reader_of_a_format_sees_a_forged_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: a format that escapes nothing."""

    def forging(one: Finding | Duty, _: Producer) -> Any:
        return f"LEEF:2.0|Consentry|Consentry|1|code|x09|findingId={one.recipient_id}"

    monkeypatch.setitem(FORMATS, "leef", forging)
    forged = msgspec.structs.replace(OPENED, recipient_id="x\texternalId=other")
    with pytest.raises(AssertionError):
        test_hostile_texts_add_no_field_and_no_line.hypothesis.inner_test("leef", forged)
