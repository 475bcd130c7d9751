"""Two histories are measured with the same events, and what they write is counted."""

from __future__ import annotations

import gc

from bench.adversarial import EVENTS, HISTORIES
from bench.in_turn import PIECES, InTurn, held


def test_a_duty_writes_more_after_a_longer_history_until_its_list_is_full() -> None:
    in_turn = InTurn(HISTORIES["shares"], 130)
    (short,) = in_turn.measure(EVENTS["withdrawal"], 10, 1)
    (full,) = in_turn.measure(EVENTS["withdrawal"], 110, 1, grows=True)
    assert short.long_bytes == full.long_bytes
    assert abs(full.long_bytes - full.short_bytes) < 5  # the count may take a digit more
    assert short.short_bytes < 0.8 * short.long_bytes
    assert min(short.short_us, short.long_us, full.ratio) > 0
    assert short.ratio_low <= short.ratio <= short.ratio_high
    assert PIECES > 4  # or there are no quarters


def test_what_names_nothing_writes_the_same_after_any_history() -> None:
    (pair,) = InTurn(HISTORIES["toggles"], 40).measure(EVENTS["purchase"], 10, 1)
    assert pair.short_bytes == pair.long_bytes


def test_the_collector_is_let_go_again() -> None:
    with held():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
