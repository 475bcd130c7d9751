"""The schemas of findings and duties: looked up at the start, registered only when asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from streams.errors import ConsentryError
from streams.registry import published_ids
from streams.settings import Settings
from streams.wire.schemas import DUTY, FINDING
from tests.registry.fake import FakeRegistry
from tests.registry.test_reading import own_schema

SUBJECTS = {FINDING: "consentry.violations-value", DUTY: "consentry.duties-value"}


def ids(fake: FakeRegistry, **settings: Any) -> Any:
    given = {"registry_url": fake.url, "output_format": "avro-registry"} | settings
    return asyncio.run(published_ids(Settings.model_validate(given), tries=1))


def test_registered_schemas_are_found(fake: FakeRegistry) -> None:
    fake.add(own_schema("purchase"), subject=SUBJECTS[FINDING])
    wanted = {name: fake.add(own_schema(name), subject=one) for name, one in SUBJECTS.items()}
    assert ids(fake) == wanted


def test_a_missing_subject_is_said_with_what_to_do(fake: FakeRegistry) -> None:
    fake.add(own_schema(FINDING), subject=SUBJECTS[FINDING])
    with pytest.raises(ConsentryError) as error:
        ids(fake)
    assert SUBJECTS[DUTY] in error.value.problem
    assert fake.url in error.value.problem
    assert "registry_auto_register" in error.value.remedy
    assert DUTY not in [name for name in fake.subjects if "-value" not in name]
    assert SUBJECTS[DUTY] not in fake.subjects, "nothing was registered"


def test_another_schema_at_the_subject_is_not_taken(fake: FakeRegistry) -> None:
    for subject in SUBJECTS.values():
        fake.add(own_schema("purchase"), subject=subject)
    with pytest.raises(ConsentryError, match="with the schema of this release"):
        ids(fake)


def test_they_are_registered_once_when_asked(fake: FakeRegistry) -> None:
    first = ids(fake, registry_auto_register=True)
    assert set(first) == set(SUBJECTS)
    assert ids(fake, registry_auto_register=True) == first == ids(fake)
    assert {name: len(one) for name, one in fake.subjects.items()} == dict.fromkeys(
        SUBJECTS.values(), 1
    )


def test_other_formats_ask_nobody(fake: FakeRegistry) -> None:
    assert ids(fake, output_format="json") is None
    assert not fake.requests


def test_an_id_that_does_not_fit_is_said(fake: FakeRegistry) -> None:
    for at, (name, subject) in enumerate(SUBJECTS.items()):
        fake.add(own_schema(name), subject=subject, schema_id=(1 << 40) + at)
    with pytest.raises(ConsentryError, match="do not hold"):
        ids(fake)
    assert ids(fake, registry_id_bytes=8)[FINDING] == 1 << 40


def test_the_prefix_of_topics_is_in_the_subjects(fake: FakeRegistry) -> None:
    ids(fake, registry_auto_register=True, topic_prefix="test.")
    assert set(fake.subjects) == {f"test.{one}" for one in SUBJECTS.values()}
