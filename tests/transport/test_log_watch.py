"""What a look at the topics says, and what it makes of it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import pytest

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.tasks.log_watch import (
    MISSING_LOOKS,
    LogWatch,
    TopicView,
    new_watch,
    topic_views,
)

SEEN = {"in": TopicView("one", 2), "out": TopicView("two", 2), "ticks": TopicView("three", 2)}


def watch() -> LogWatch:
    return LogWatch(read=("in",), written=("out",), counted=("in", "out", "ticks"), count=2)


def refused(*looks: dict[str, TopicView]) -> ConsentryError:
    one = watch()
    for look in looks[:-1]:
        one.look(look)
    with pytest.raises(ConsentryError) as error:
        one.look(looks[-1])
    return error.value


def test_topics_that_stay_the_same_say_nothing() -> None:
    one = watch()
    for _ in range(5):
        one.look(SEEN)


def test_a_topic_with_another_id_was_created_again() -> None:
    error = refused(SEEN, SEEN | {"in": TopicView("four", 2)})
    assert "in was deleted and created again" in error.problem
    assert "was one, and is four" in error.problem
    assert "generation" in error.remedy


def test_an_output_with_another_id_lost_what_stood_on_it() -> None:
    error = refused(SEEN, SEEN | {"out": TopicView("four", 2)})
    assert "out was deleted and created again" in error.problem
    assert "what stood on it is gone" in error.problem
    assert "outputs rebuild" in error.remedy


def test_ticks_may_begin_again() -> None:
    one = watch()
    one.look(SEEN)
    one.look(SEEN | {"ticks": TopicView("four", 2)})


def test_a_broker_that_states_no_ids_is_believed() -> None:
    one = watch()
    one.look(SEEN | {"in": TopicView("", 2)})
    one.look(SEEN)
    one.look(SEEN | {"in": TopicView("", 2)})


def test_a_topic_is_gone_when_several_looks_do_not_find_it() -> None:
    without = {topic: view for topic, view in SEEN.items() if topic != "in"}
    one = watch()
    for _ in range(3):
        for look in (SEEN, *[without] * (MISSING_LOOKS - 1)):
            one.look(look)
    error = refused(SEEN, *[without] * MISSING_LOOKS)
    assert "in does not exist any more" in error.problem


def test_partitions_that_were_added_to_one_topic() -> None:
    error = refused(SEEN, SEEN | {"in": TopicView("one", 3)})
    assert "in 3, out 2" in error.problem
    assert "topics check" in error.remedy


def test_partitions_that_were_added_to_all_topics() -> None:
    error = refused(SEEN, {t: view._replace(partitions=4) for t, view in SEEN.items()})
    assert "have 4 partitions, and the state of the group was made for 2" in error.problem
    assert "partitions grow --to 4" in error.remedy


def test_partitions_that_were_added_before_the_first_look_are_noticed_too() -> None:
    assert "in 3" in refused(SEEN | {"in": TopicView("one", 3)}).problem


def test_a_topic_that_is_being_created_has_no_partitions_yet() -> None:
    watch().look(SEEN | {"ticks": TopicView("three", 0)})


class Admin:
    """kafka-python's admin client, as far as it is asked."""

    def describe_topics(self, topics: list[str]) -> list[dict[str, Any]]:
        assert topics == ["a", "b", "c"]
        return [
            {"name": "a", "error_code": 0, "topic_id": UUID(int=7), "partitions": [{}, {}]},
            {"name": "b", "error_code": 3, "topic_id": UUID(int=0), "partitions": []},
            {"name": "c", "error_code": 0, "topic_id": UUID(int=0), "partitions": [{}]},
        ]


def test_a_view_is_what_the_cluster_says() -> None:
    assert topic_views(cast("Any", Admin()), ("a", "b", "c")) == {
        "a": TopicView(str(UUID(int=7)), 2),
        "c": TopicView("", 1),
    }


def test_everything_that_is_read_or_written_and_not_set_aside_is_watched() -> None:
    names = Settings().topics
    topics = new_watch(Settings()).topics
    assert {*names.inputs.values(), names.rekeyed, names.ticks, names.changelog} <= {*topics}
    assert not {names.dead_letters, names.quarantine} & {*topics}
