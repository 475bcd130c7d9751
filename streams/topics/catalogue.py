"""Every topic, as plain data."""

from __future__ import annotations

from streams.settings import Settings
from streams.topics.command_topics import command_topics
from streams.topics.control_topic import control_topic
from streams.topics.input_topics import input_topics, internal_topics
from streams.topics.output_topics import dead_letter_topics, output_topics
from streams.topics.raw_topics import raw_topics
from streams.topics.topic import Topic


def all_topics(settings: Settings) -> tuple[Topic, ...]:
    """All topics, inputs first."""
    return (
        *input_topics(settings),
        *internal_topics(settings),
        *output_topics(settings),
        *dead_letter_topics(settings),
        control_topic(settings),
        *command_topics(settings),
        *raw_topics(settings),
    )
