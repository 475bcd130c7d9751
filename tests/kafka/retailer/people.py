"""The retailer's customers: five with a story, and many to whom nothing unlawful happens."""

from __future__ import annotations

from typing import NamedTuple

from streams.ingest import PseudonymKey
from streams.wire.pseudonym import ValueKind

KEY = b"only-for-the-story-of-the-retailer-no-people"
_PSEUDONYMS = PseudonymKey(KEY)


class Customer(NamedTuple):
    """Somebody by the customer number of CRM and shop, and by the address that mail goes to."""

    name: str
    number: str
    email: str

    @property
    def subject(self) -> str:
        """The canonical subject: the customer number's pseudonym."""
        return _PSEUDONYMS.of(ValueKind.CUSTOMER_ID, self.number)

    @property
    def by_mail(self) -> str:
        """The pseudonym of the address."""
        return _PSEUDONYMS.of(ValueKind.EMAIL, self.email)


A = Customer("A", "KL-0000001", "anna.bakker@example.nl")
"""Agreed in the CRM to Google for audiences, and is uploaded."""
B = Customer("B", "KL-0000002", "bram.de.wit@example.nl")
"""Never agreed, and is uploaded."""
C = Customer("C", "KL-0000003", "chloe.smit@example.nl")
"""Agreed, took it back in the CRM, and is uploaded afterwards."""
D = Customer("D", "KL-0000004", "daan.visser@example.nl")
"""Bought coffee, and gets mail about coffee."""
E = Customer("E", "KL-0000005", "emma.mulder@example.nl")
"""Bought coffee, gets mail, unsubscribes at the e-mail tool, and gets mail again."""

STORY = (A, B, C, D, E)
OTHERS = tuple(
    Customer(f"other {number}", f"KL-1{number:06}", f"customer{number}@example.nl")
    for number in range(150)
)
"""Each agreed and is uploaded, bought and gets mail."""

EVERYBODY = (*STORY, *OTHERS)
NAMES = {one.subject: one.name for one in EVERYBODY} | {
    one.by_mail: f"{one.name} by mail" for one in EVERYBODY
}
"""Who a subject is."""
