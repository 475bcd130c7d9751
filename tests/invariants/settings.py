"""The settings of every process of the scenarios, and the topics that it judges."""

from __future__ import annotations

from streams.settings import Settings

SETTINGS = Settings(partitions=1, tick_source="external")
NAMES = SETTINGS.topics
JUDGED = NAMES.judged
