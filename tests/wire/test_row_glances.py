"""What is read of stored rows without all of them."""

from __future__ import annotations

import msgspec
import pytest

from streams.core.instants import Instant
from streams.core.vocabulary import DutyStatus
from streams.wire.rows import CorruptRow, encode_row, next_deadline
from tests.wire.event_values import FIRST_RELEASE
from tests.wire.values import row


@pytest.mark.parametrize(("instant", "read"), [((1 << 63) - 1, True), (1 << 63, False)])
def test_a_deadline_beyond_all_instants_is_a_damaged_row(instant: int, *, read: bool) -> None:
    """In place of an error of the store that names no row."""
    whole = row(FIRST_RELEASE["data_share"])
    [(address, owed), *_] = whole.duties.items()
    late = msgspec.structs.replace(owed.duty, status=DutyStatus.DUE, due_at=Instant(instant))
    never = msgspec.structs.replace(owed, duty=late)
    stored = encode_row(msgspec.structs.replace(whole, published={}, duties={address: never}))
    if read:
        assert next_deadline(stored) == instant
        return
    with pytest.raises(CorruptRow, match="no instant"):
        next_deadline(stored)
