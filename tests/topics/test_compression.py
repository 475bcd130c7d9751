"""A topic with a codec that this installation lacks is named before anything is read."""

from __future__ import annotations

import sys

import pytest

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import (
    ClusterState,
    Party,
    ProblemLevel,
    TopicAspect,
    TopicProblem,
    all_topics,
    find_problems,
)
from streams.topics.codecs import producer_option
from streams.topics.compression_checks import require_readable
from streams.unpacking.inflate import LIBRARIES, LZ4, SNAPPY, ZSTD
from tests.topics.states import SETTINGS, good_cluster, with_config

LACKING = frozenset({"snappy", "lz4", "zstd"})
INPUTS = frozenset(SETTINGS.topics.inputs.values())
EVERY = [topic.name for topic in all_topics(SETTINGS)]


def everywhere(compression: str) -> ClusterState:
    """A cluster whose default is this `compression.type`."""
    state = good_cluster()
    for name in EVERY:
        state = with_config(state, name, compression_type=compression)
    return state


def found(state: ClusterState, settings: Settings = SETTINGS) -> list[TopicProblem]:
    return [
        p for p in find_problems(settings, state, LACKING) if p.check is TopicAspect.COMPRESSION
    ]


@pytest.mark.parametrize(
    "compression", ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"]
)
def test_nothing_is_wrong_with_any_codec_where_all_are_read(compression: str) -> None:
    assert find_problems(SETTINGS, everywhere(compression)) == []


@pytest.mark.parametrize("compression", sorted(LACKING))
def test_every_topic_with_a_codec_that_is_not_read_is_named(compression: str) -> None:
    problems = found(everywhere(compression))
    assert [problem.topic for problem in problems] == EVERY
    for problem in problems:
        assert problem.weight is ProblemLevel.ERROR
        assert problem.what == (
            f"compression.type is {compression}, which this installation cannot read"
        )
        assert "cramjam" in problem.remedy


@pytest.mark.parametrize("compression", ["gzip", "uncompressed"])
def test_a_codec_that_needs_no_library_is_read_without_it(compression: str) -> None:
    assert found(everywhere(compression)) == []


def test_topics_that_others_write_as_they_like_are_named_where_a_codec_is_missing() -> None:
    assert {problem.topic for problem in found(everywhere("producer"))} == INPUTS
    assert {problem.topic for problem in found(good_cluster())} == INPUTS
    external = SETTINGS.model_copy(update={"tick_source": "external"})
    assert {problem.topic for problem in found(everywhere("producer"), external)} == {
        *INPUTS,
        SETTINGS.topics.ticks,
    }


def test_a_codec_that_kafka_has_later_is_named_although_all_of_now_are_read() -> None:
    state = with_config(good_cluster(), "consentry.violations", compression_type="brotli")
    (problem,) = find_problems(SETTINGS, state)
    assert problem.what == "compression.type is brotli, which this release does not know"
    assert problem.commands == (
        (
            "kafka-configs --bootstrap-server kafka:9092 --alter --entity-type topics "
            "--entity-name consentry.violations --add-config compression.type=producer"
        ),
    )


def test_readers_stop_for_the_topics_that_they_read(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = with_config(good_cluster(), "consentry.violations", compression_type="zstd")
    require_readable(SETTINGS, findings, Party.DELIVERY)
    for name in (LIBRARIES[SNAPPY], LIBRARIES[LZ4], LIBRARIES[ZSTD]):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConsentryError, match=r"consentry\.violations: .* zstd") as raised:
        require_readable(SETTINGS, findings, Party.DELIVERY)
    assert "cramjam" in raised.value.remedy
    require_readable(SETTINGS, good_cluster(), Party.DELIVERY)
    with pytest.raises(ConsentryError, match="producers may compress with lz4, snappy, zstd"):
        require_readable(SETTINGS, good_cluster(), Party.VERIFIER)


def test_a_producer_of_ours_says_what_it_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    assert producer_option("none") is None
    assert producer_option("lz4") == "lz4"
    for name in (LIBRARIES[SNAPPY], LIBRARIES[LZ4], LIBRARIES[ZSTD]):
        monkeypatch.setitem(sys.modules, name, None)
    assert producer_option("gzip") == "gzip"
    with pytest.raises(ConsentryError, match="cannot compress with lz4"):
        producer_option("lz4")
