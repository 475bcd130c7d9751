"""What the existing-customer exception asks of a sale (Tw 11.7(4); legal model 4.3, 3f)."""

from __future__ import annotations

from enum import IntEnum


class SaleTest(IntEnum):
    """What the exception asks of a sale, in the order of legal model 4.3, 3f."""

    THERE_IS_ONE = 0
    SAME_SELLER = 1
    CONTACT_FROM_SALE = 2
    OPT_OUT_OFFERED = 3
    STANDS = 4
    SIMILAR = 5
    RECENT = 6
