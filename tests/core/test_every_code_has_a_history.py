"""A code of shares or messages that never fires in a test is noticed."""

from __future__ import annotations

from streams.core.codes import CODES
from tests.core import test_every_code_of_messages as messages
from tests.core import test_every_code_of_shares as shares

BY_A_TEST_OF_ITS_OWN = {"S21"}
"""Fires for each own purpose in `test_a_processor_that_works_for_itself_is_a_third_party`."""


def test_every_code_of_shares_and_messages_fires_in_a_history() -> None:
    firing = {number for number, _ in (*shares.FIRING, *shares.WITH_ADVISORY, *messages.FIRING)}
    in_catalogue = {code.number for code in CODES.values() if code.number[0] in "SM"}
    assert in_catalogue - firing == BY_A_TEST_OF_ITS_OWN
