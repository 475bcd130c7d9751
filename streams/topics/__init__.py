"""Topics: what they are, how to make them, and what is wrong with those that exist."""

from streams.topics.catalogue import Kind, Party, Topic, all_topics, input_topics

__all__ = ["Kind", "Party", "Topic", "all_topics", "input_topics"]
