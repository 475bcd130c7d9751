"""One finding is one thing to a receiver, from the day it is opened, in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from streams.core.findings import Duty, OutputRecord
from streams.core.vocabulary import DutyStatus, Finality, Status
from streams.siem.cloudevents import KafkaRecord
from streams.siem.formats import FORMATS
from streams.siem.lifecycle import Step, identity, step
from streams.siem.rfc5424 import rfc5424
from tests.siem.goldens import PRODUCER
from tests.siem.lives import duty_missed, finding_life, lives
from tests.siem.readers import read_cef, read_leef, read_rfc5424

LIVES = lives()
STEPS = {
    "finding opened": Step.OPENED,
    "finding revised": Step.REVISED,
    "finding closed": Step.CLOSED,
    "finding reopened": Step.REOPENED,
    "finding labelled final": Step.REVISED,
    "duty due": Step.OPENED,
    "duty fulfilled": Step.CLOSED,
    "duty overdue": Step.REVISED,
    "finding of the overdue duty": Step.OPENED,
    "duty fulfilled late": Step.CLOSED,
    "finding remedied": Step.CLOSED,
    "advisory": Step.OPENED,
    "quality without a person": Step.OPENED,
}


@pytest.mark.parametrize("life", LIVES)
def test_the_step_of_each_revision(life: str) -> None:
    assert step(LIVES[life]) is STEPS[life]


def test_a_finding_published_for_the_first_time_as_final_or_remedied() -> None:
    opened = finding_life()[0]
    remedied = msgspec.structs.replace(opened, status=Status.REMEDIATED)
    assert step(remedied) is Step.CLOSED
    assert step(msgspec.structs.replace(opened, finality=Finality.FINAL)) is Step.OPENED


@pytest.mark.parametrize("finality", Finality)
@pytest.mark.parametrize("revision", [2, 3, 40])
def test_open_again_is_reopened(revision: int, finality: Finality) -> None:
    opened = finding_life()[0]
    again = msgspec.structs.replace(opened, revision=revision, finality=finality)
    assert step(again) is Step.REOPENED


@pytest.mark.parametrize("status", DutyStatus)
def test_every_status_of_a_duty(status: DutyStatus) -> None:
    due = LIVES["duty due"]
    again = msgspec.structs.replace(due, status=status, revision=3)
    is_open = status in (DutyStatus.DUE, DutyStatus.OVERDUE)
    assert step(again) is (Step.REVISED if is_open else Step.CLOSED)


def names(record: OutputRecord) -> dict[str, tuple[Any, Any]]:
    """By format: what the receiver knows it by, and what distinguishes its revisions."""
    made = {name: render(record, PRODUCER) for name, render in FORMATS.items()}
    ocsf, ecs, flat = made["ocsf"], made["ecs"], made["flat"]
    assert isinstance(ocsf, dict)
    assert isinstance(ecs, dict)
    assert isinstance(flat, dict)
    cef = read_cef(str(made["cef"])).extension
    leef = read_leef(str(made["leef"])).attributes
    data = read_rfc5424(str(made["rfc5424"])).data["consentry@32473"]
    event = made["cloudevents"]
    whole = made["cloudevents-structured"]
    assert isinstance(event, KafkaRecord)
    assert isinstance(whole, KafkaRecord)
    headers = dict(event.headers)
    structured = json.loads(whole.value)
    return {
        "ocsf": (ocsf["finding_info"]["uid"], ocsf["metadata"]["sequence"]),
        "ecs": (ecs["event"]["id"], ecs["event"]["sequence"]),
        "flat": (flat["consentry.id"], flat["consentry.revision"]),
        "cef": (cef["externalId"], int(cef["cn1"])),
        "leef": (leef["findingId"], int(leef["revision"])),
        "rfc5424": (data["id"], int(data["revision"])),
        "cloudevents": (event.key.decode(), int(headers["ce_revision"])),
        "cloudevents-structured": (structured["partitionkey"], structured["revision"]),
    }


def test_identity_stays_and_revisions_count() -> None:
    life = finding_life()
    assert [one.revision for one in life] == [1, 2, 3, 4]
    for one in life:
        found = names(one)
        assert set(found) == set(FORMATS)
        assert set(found.values()) == {(life[0].violation_id, one.revision)}


def test_a_duty_is_not_taken_for_its_finding() -> None:
    overdue, missed = LIVES["duty overdue"], LIVES["finding of the overdue duty"]
    assert isinstance(overdue, Duty)
    assert identity(overdue) == f"duty:{overdue.duty_id}" != f"duty:{identity(missed)}"
    for form, name in names(overdue).items():
        assert name[0] != names(missed)[form][0]
    assert len(duty_missed()) == 5


WORDS: dict[str, Callable[[Any], Any]] = {
    "ocsf": lambda made: (made["activity_name"], made["status"]),
    "ecs": lambda made: (made["event"]["kind"], made["event"]["action"]),
    "flat": lambda made: (made["consentry.open"], made["consentry.step"]),
    "cef": lambda made: read_cef(made).extension["act"],
    "leef": lambda made: read_leef(made).attributes["cat"],
    "rfc5424": lambda made: read_rfc5424(made).message_id,
    "cloudevents": lambda made: dict(made.headers)["ce_type"].decode(),
    "cloudevents-structured": lambda made: json.loads(made.value)["type"],
}
EXPECTED = {
    "ocsf": [("Create", "New"), ("Update", "New"), ("Close", "Resolved"), ("Update", "New")],
    "ecs": [
        ("alert", "finding-opened"),
        ("alert", "finding-revised"),
        ("event", "finding-closed"),
        ("alert", "finding-reopened"),
    ],
    "flat": [(True, "opened"), (True, "revised"), (False, "closed"), (True, "reopened")],
    "cef": ["opened", "revised", "closed", "reopened"],
    "leef": ["finding-opened", "finding-revised", "finding-closed", "finding-reopened"],
    "rfc5424": ["finding.opened", "finding.revised", "finding.closed", "finding.reopened"],
    "cloudevents": [
        f"consentry.v1.finding.{word}" for word in ("opened", "revised", "closed", "reopened")
    ],
}


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_says_the_step_in_its_own_terms(form: str) -> None:
    expected = EXPECTED[form.removesuffix("-structured")]
    assert [WORDS[form](FORMATS[form](one, PRODUCER)) for one in finding_life()] == expected


def test_a_retraction_does_not_repeat_the_accusation_as_if_it_stood() -> None:
    closed = rfc5424(LIVES["finding closed"], PRODUCER)
    assert (
        "] Closed. The report of sharing on an expired consent is withdrawn, because records that "
        "arrived later show that a valid consent covered this sharing or none was needed. Nothing "
        "has to be done about it any more; " in closed
    )
    assert LIVES["finding revised"].explanation_en not in closed
