"""Whose state is taken over, and of which topics: what is refused before anybody is fenced."""

from __future__ import annotations

import msgspec
import pytest

from streams.errors import ConsentryError
from streams.wire.progress import (
    StateOwner,
    decode_progress,
)
from tests.transport.cluster import AT, MINE, Cluster, impatient, of, stored
from tests.transport.records import One

__all__ = ["impatient"]


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (msgspec.structs.replace(MINE, topic_prefix="prod."), ("prefix prod.", "prefix acc.")),
        (msgspec.structs.replace(MINE, application_id="a"), ("id a,", "id shop,")),
        (msgspec.structs.replace(MINE, generation=2), ("generation 2", "generation 1")),
        (
            msgspec.structs.replace(MINE, topics=MINE.topics | {"violations": "elsewhere"}),
            ("elsewhere there, out here",),
        ),
    ],
    ids=["another prefix", "another id", "another generation", "another output"],
)
def test_foreign_state_is_refused_before_anybody_is_fenced(
    theirs: StateOwner, words: tuple[str, ...]
) -> None:
    cluster = Cluster(committed=AT, log=of(theirs), owner=MINE)
    with pytest.raises(ConsentryError, match="belongs to another installation") as refused:
        cluster.take()
    assert all(word in refused.value.problem for word in ("log, partition 0", *words))
    assert "application_id" in refused.value.remedy
    assert "fence" not in cluster.steps
    assert cluster.producers == []


def test_state_of_before_owners_were_named_is_known_by_its_topics() -> None:
    cluster = Cluster(committed={}, log=stored(**{"prod.in": 5, "prod.ticks": 2}), owner=MINE)
    with pytest.raises(ConsentryError, match=r"reads prod\.in, prod\.ticks"):
        cluster.take()
    assert "fence" not in cluster.steps


def test_state_of_before_owners_were_named_is_adopted() -> None:
    cluster = Cluster(committed=AT, log=stored(**AT), owner=MINE, ids={"in": "one"})
    owned = cluster.take()
    assert (owned.progress.owner, owned.progress.topic_ids) == (MINE, {"in": "one"})


def test_new_state_says_whose_it_is_of_which_topics_and_from_where_on() -> None:
    cluster = Cluster(
        starts={"in": 3, "ticks": 0}, owner=MINE, ids={"in": "one"}, accept_missing=True
    )
    cluster.take()
    [[(_, _, [(_, row)]), _]] = cluster.producers[0].committed
    progress = decode_progress(row)
    assert (progress.owner, progress.topic_ids) == (MINE, {"in": "one"})
    assert progress.begins == {"in": 3, "ticks": 0}
    declared = "partitions=1;application_id=shop;topic_prefix=acc.;generation=1"
    assert cluster.producers[0].metadata == {declared}


def test_a_first_start_on_inputs_that_were_cut_is_refused_with_what_is_missing() -> None:
    cluster = Cluster(starts={"in": 3, "ticks": 7}, owner=MINE)
    with pytest.raises(ConsentryError, match="3 older records of in are deleted") as refused:
        cluster.take()
    assert "whole only from 2023-11-14T22:13:20" in refused.value.problem
    assert "facts import" in refused.value.remedy
    assert "accept_missing_history" in refused.value.remedy
    assert all(not producer.committed for producer in cluster.producers)


def test_ticks_that_were_deleted_are_no_history() -> None:
    Cluster(starts={"in": 0, "ticks": 7}, owner=MINE).take()


def test_state_needs_no_history() -> None:
    cluster = Cluster(committed=AT, log=stored(**AT), starts={"in": 3, "ticks": 0}, owner=MINE)
    assert cluster.take().progress.positions == AT


def test_a_role_that_a_later_release_brings_is_taken_on() -> None:
    before = msgspec.structs.replace(MINE, topics={"data_share": "in"})
    cluster = Cluster(committed=AT, log=of(before), owner=MINE)
    assert cluster.take().progress.owner == MINE


def test_a_topic_that_was_created_again_while_nobody_ran() -> None:
    log = of(MINE, **{"in": "one"})
    cluster = Cluster(committed=AT, log=log, owner=MINE, ids={"in": "two"})
    with pytest.raises(ConsentryError, match="in was deleted and created again") as refused:
        cluster.take()
    assert "accept_lost_input" in refused.value.remedy
    assert cluster.take(accept=True).progress.topic_ids == {"in": "two"}
    unknown = Cluster(committed=AT, log=log, owner=MINE)
    assert unknown.take().progress.topic_ids == {"in": "one"}


def test_the_owner_is_found_however_far_before_the_end_the_row_stands() -> None:
    foreign = msgspec.structs.replace(MINE, topic_prefix="prod.")
    log = of(foreign) + [One("log", 0, 0, 0, b"k\x00r", b"x")] * 3000
    cluster = Cluster(committed=AT, log=log, owner=MINE)
    with pytest.raises(ConsentryError, match="belongs to another installation"):
        cluster.take()


def test_rows_without_a_progress_row_are_refused() -> None:
    key = b"SHOP\x1fann\x00E" + b"1" * 33
    with pytest.raises(ConsentryError, match="no progress row"):
        Cluster(log=[One("log", 0, 0, 0, key, b"x")]).take()
