"""All stories, in the proportions of a block, and which codes no story can hold."""

from __future__ import annotations

from streams.core.vocabulary import Code
from streams.dev.samples import (
    stories_clean,
    stories_duties,
    stories_exceptions,
    stories_messages,
    stories_recipients,
    stories_refused,
    stories_shared,
    stories_words,
)
from streams.dev.samples.story import BLOCK, Story

STORIES: tuple[Story, ...] = (
    *stories_clean.STORIES,
    *stories_exceptions.STORIES,
    *stories_refused.STORIES,
    *stories_shared.STORIES,
    *stories_recipients.STORIES,
    *stories_messages.STORIES,
    *stories_duties.STORIES,
    *stories_words.STORIES,
)

DECK: tuple[Story, ...] = tuple(story for story in STORIES for _ in range(story.each))
"""One block's stories before shuffling: BLOCK of them, which a test holds."""

BY_OPTION = {
    Code.UNPROCESSABLE_EVENT: "bad records are left out (option `bad`)",
    Code.RAW_PERSONAL_DATA_IN_EVENT: "bad records are left out (option `bad`)",
    Code.FUTURE_TIMESTAMP: "bad records are left out (option `bad`)",
    Code.EVENT_ID_CONFLICT: "conflicting payloads are left out (option `conflicts`)",
}
"""Codes of the stream rather than of a person: they come with the options only."""

__all__ = ["BLOCK", "BY_OPTION", "DECK", "STORIES"]
