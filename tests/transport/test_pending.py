"""What is judged and not committed, counted by what was put."""

from __future__ import annotations

from streams.transport.state.disk.pending import Pending
from tests.transport.stored_rows import ANN, BOB, key

ONE, TWO = key(ANN, "1"), key(BOB, "1")


def laid_over(pending: Pending) -> dict[bytes, bytes]:
    rows = {ONE: b"stored"}
    pending.lay_over(ANN, rows)
    return rows


def test_a_row_that_a_batch_puts_twice_is_settled_with_it() -> None:
    """A batch writes it once; as long as it was pending it took memory, and deadlines stayed."""
    pending = Pending()
    for row in (b"first", b"second"):
        pending.put(ANN, ONE, row)
    assert laid_over(pending) == {ONE: b"second"}
    assert pending.settle(pending.puts) == [ANN]
    assert len(pending) == 0
    assert pending.settled == pending.puts == 2
    assert laid_over(pending) == {ONE: b"stored"}


def test_a_batch_does_not_settle_what_was_put_after_it() -> None:
    pending = Pending()
    pending.put(ANN, ONE, None)
    pending.put(BOB, TWO, b"row")
    first = pending.puts
    pending.put(ANN, ONE, None)
    assert pending.settle(first) == [BOB]
    assert ANN in pending
    assert laid_over(pending) == {}
    assert pending.settle(first) == []
    assert pending.settle(pending.puts) == [ANN]
    assert ANN not in pending
