"""Ask before you share: whether a share or message would be covered, from the stored facts."""

from __future__ import annotations

from streams.ask.answers import Answer, CoveredBy, Uncovered
from streams.ask.kept import KeptQuestions
from streams.ask.questions import BadLine, Question, Questions, share_template
from streams.ask.run import Asked, ask

__all__ = [
    "Answer",
    "Asked",
    "BadLine",
    "CoveredBy",
    "KeptQuestions",
    "Question",
    "Questions",
    "Uncovered",
    "ask",
    "share_template",
]
