"""The right of access (GDPR 15), from the stored facts: one person, one recipient, one finding."""

from __future__ import annotations

from streams.subject_access.disclosures import Disclosure, disclosures
from streams.subject_access.explanation import Explanation, explain
from streams.subject_access.located import IdKind, Located, locate
from streams.subject_access.person import Occurrence, Person, person_of
from streams.subject_access.received import ReceivedShare, RestrictedPerson, received_by
from streams.subject_access.stored import StoredPerson, read_person

__all__ = [
    "Disclosure",
    "Explanation",
    "IdKind",
    "Located",
    "Occurrence",
    "Person",
    "ReceivedShare",
    "RestrictedPerson",
    "StoredPerson",
    "disclosures",
    "explain",
    "locate",
    "person_of",
    "read_person",
    "received_by",
]
