"""Names that Faust and the broker must agree on."""

from __future__ import annotations

from typing import Any

import faust
import pytest
from pydantic import ValidationError

from streams.core.vocabulary import EventType
from streams.settings import SUBJECT_TABLE, Settings
from streams.settings.installation import declared_installation


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


def test_a_type_of_event_may_have_several_topics() -> None:
    topics = Settings(
        topic_prefix="acc.", topic_data_share="data-share, crm.shares,ads.uploads"
    ).topics
    assert topics.inputs[EventType.DATA_SHARE] == "acc.data-share"
    assert topics.further == dict.fromkeys(
        ("acc.crm.shares", "acc.ads.uploads"), EventType.DATA_SHARE
    )
    assert list(topics.input_types)[: len(EventType)] == list(topics.inputs.values())
    assert list(topics.input_types)[len(EventType) :] == list(topics.further)
    assert topics.event_type("acc.ads.uploads") is EventType.DATA_SHARE


def test_several_topics_are_a_list_in_a_file_too() -> None:
    one = Settings.model_validate({"topic_purchase": ["purchase", "till"]})
    assert one.topics.further == {"till": EventType.PURCHASE}


@pytest.mark.parametrize(
    "given",
    [
        {"topic_purchase": "purchase,data-share"},
        {"topic_purchase": "purchase,consentry.ticks"},
        {"topic_purchase": "purchase,purchase"},
        {"topic_purchase": "purchase,"},
        {"topic_purchase": "purchase;till"},
        {"topic_purchase": ["purchase", 1]},
        {"topic_purchase": "till", "topic_data_share": "data-share,till"},
        {"topic_ticks": "ticks,more"},
    ],
)
def test_every_topic_needs_a_name_of_its_own(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(given)


def names(**given: Any) -> tuple[str, ...]:
    settings = Settings(**given)
    return (
        settings.application_id,
        settings.group_id,
        settings.topics.changelog,
        settings.transactional_id(3),
        settings.delivery_group("siem"),
        str(settings.store_of_worker),
    )


def test_names_without_a_prefix_are_those_of_earlier_releases() -> None:
    assert names() == (
        "consentry",
        "consentry",
        "consentry-subjects-changelog",
        "consentry-1-3",
        "consentry-delivery-siem",
        "consentry-state/consentry/worker",
    )


def test_all_names_follow_from_the_prefix() -> None:
    one, other = names(topic_prefix="prod."), names(topic_prefix="staging.")
    assert not set(one) & set(other)
    assert all("prod.consentry" in name for name in one)


def test_an_application_id_that_is_set_stays_whatever_the_prefix() -> None:
    assert names(topic_prefix="prod.", application_id="consentry") == names()
    assert names(topic_prefix="prod.", application_id="")[0] == "prod.consentry"


def test_a_declaration_is_read_as_it_was_written() -> None:
    for prefix in ("", "acc."):
        one = Settings(topic_prefix=prefix, application_id="shop", generation=3).installation
        assert declared_installation(f"partitions=4;{one.declaration}") == one
    assert declared_installation("partitions=4") is None
    assert declared_installation("") is None
