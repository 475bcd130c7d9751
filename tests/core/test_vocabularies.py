"""Tables over a closed vocabulary leave none of it out, and words are what they were."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import Enum
from pathlib import Path

import pytest

import streams.core
from streams.core.consent_tests import ConsentTest
from streams.core.queries.nearest import VALIDITY_TESTS
from streams.core.queries.signals import SIGNAL_KINDS
from streams.core.rules import duties, message_basis, share_basis, soft_opt_in
from streams.core.rules.consent_validity import CODE_OF_REASON, REASONS, SHARE_CODES
from streams.core.sale_tests import SaleTest
from streams.core.vocabulary import (
    CLAIMED,
    ClosingReason,
    Code,
    ConsentAction,
    Family,
    LegalBasis,
    Reason,
    Trigger,
)

NEGATIVE = set(ConsentAction) - {ConsentAction.GRANTED}

TABLES: dict[str, tuple[Iterable[object], Collection[object]]] = {
    "the code of a failed test": (SHARE_CODES, set(ConsentTest) - {ConsentTest.CHANNEL}),
    "the reason of a failed test": (REASONS, set(ConsentTest) - {ConsentTest.RECORD}),
    "the code of a sale's test": (soft_opt_in.CODES, set(SaleTest)),
    "the reason of a claim": (CLAIMED, set(LegalBasis)),
    "signals looked for": (SIGNAL_KINDS, NEGATIVE),
    "signals against a share": ([kind for kind, _, _ in share_basis._BY_STRENGTH], NEGATIVE),
    "signals against a message": ([kind for kind, _ in message_basis._BY_STRENGTH], NEGATIVE),
    "signals with duties": (duties.TRIGGERS, NEGATIVE - {ConsentAction.REFUSED}),
    "triggers of duties": (
        [*duties.TRIGGERS.values(), *share_basis.AGAINST_EXPRESSED_WILL.values()],
        set(Trigger),
    ),
    "tests of validity, the latest first": (
        VALIDITY_TESTS,
        {test for test in ConsentTest if test >= ConsentTest.AFFIRMATIVE},
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_leaves_nothing_out(name: str) -> None:
    keys, vocabulary = TABLES[name]
    assert set(keys) == set(vocabulary)


@pytest.mark.parametrize("words", [Code, Reason, Trigger, ClosingReason])
def test_a_word_is_its_name(words: type[Enum]) -> None:
    """What is written and what code calls it cannot drift apart."""
    assert all(one.value == one.name for one in words)


def test_a_family_is_its_name_with_a_dot() -> None:
    assert all(one.value.replace(".", "_") == one.name for one in Family)


def test_a_reason_has_the_code_of_its_test() -> None:
    assert CODE_OF_REASON[Reason.NOTICE_DEFECTIVE] is CODE_OF_REASON[Reason.NOT_INFORMED]
    assert Reason.OTHER_CHANNEL not in CODE_OF_REASON


def test_reasons_are_compared_as_texts() -> None:
    """What was read from a row is plain text, and is no member of an enum."""
    by_identity = re.compile(r"\bis (not )?(Reason|ClosingReason)\.")
    for path in Path(streams.core.__file__).parent.rglob("*.py"):
        assert by_identity.search(path.read_text("utf-8")) is None, path
