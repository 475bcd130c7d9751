"""Names that Faust and the broker must agree on."""

from __future__ import annotations

import faust
import pytest

from streams.core.vocabulary import EventType
from streams.settings import SUBJECT_TABLE, Settings


@pytest.mark.parametrize("generation", [1, 2, 17])
def test_group_and_changelog_are_what_faust_makes_of_id_and_version(generation: int) -> None:
    settings = Settings(application_id="shop", generation=generation)
    app = faust.App(settings.application_id, version=generation, broker="kafka://127.0.0.1:1")
    table = app.Table(SUBJECT_TABLE, partitions=settings.partitions)
    assert settings.group_id == app.conf.id
    assert settings.topics.changelog == table.changelog_topic.get_topic_name()


def test_transactional_ids_differ_between_generations_and_partitions() -> None:
    first, second = Settings(), Settings(generation=2)
    assert first.transactional_id(11) == "consentry-1-11"
    assert second.transactional_id(11) == "consentry-2-11"
    assert first.transactional_id(1).startswith(first.transactional_id_prefix)


def test_every_event_type_has_an_input() -> None:
    topics = Settings(topic_prefix="acc.").topics
    assert list(topics.inputs) == list(EventType)
    assert topics.inputs[EventType.DATA_SHARE] == "acc.data-share"
    assert topics.event_type("acc.data-share") is EventType.DATA_SHARE
    assert topics.event_type("acc.consentry.rekeyed") is None
