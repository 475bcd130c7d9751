"""What was known when: the revisions of a finding or duty, as they were published.

A compacted topic keeps the latest revision alone, so the row keeps a short list of them all
(GDPR 5(2): the controller shows afterwards what it knew, and when).
"""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.instants import Instant
from streams.core.vocabulary import Code

KEPT: Final = 20
"""How many revisions are kept, the current one included: the first, and the latest 19."""


class Publication(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One revision as it was published.

    `at` and `basis` are as in `History`; None and empty for a revision of a release that did not
    record them. `status` is a `Status`, or of a duty a `DutyStatus`; `reason` that of the verdict
    or of its closing, of a duty its trigger. `final` says that it was labelled FINAL.
    """

    revision: int
    at: Instant | None
    status: str
    code: Code
    reason: str | None
    basis: str
    final: bool = False


class History(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """When the current revision was published, and the revisions before it.

    `at` is the time of the record or tick that brought it, or the partition time where that
    is later: producers may stamp records with the time of the event. `basis` is the digest of
    the policy that was in force. `earlier` has the first revision and then the latest ones:
    the revision numbers show how many between them are not kept.
    """

    at: Instant
    basis: str
    earlier: tuple[Publication, ...] = ()


def following(published: tuple[Publication, ...], at: Instant, basis: str) -> History:
    """The history of a revision that follows others, of which no more than `KEPT` are kept."""
    if len(published) >= KEPT:
        published = (published[0], *published[2 - KEPT :])
    return History(at, basis, published)


def listed(
    history: History | None,
    revision: int,
    status: str,
    code: Code,
    reason: str | None = None,
    *,
    final: bool = False,
) -> tuple[Publication, ...]:
    """The revisions that are kept, in order; the current one, which is described, last."""
    if history is None:
        return (Publication(revision, None, status, code, reason, "", final),)
    current = Publication(revision, history.at, status, code, reason, history.basis, final)
    return (*history.earlier, current)


def dropped(published: tuple[Publication, ...]) -> int:
    """How many revisions were published between those that are kept.

    What was published before the first one that is kept does not count: nobody recorded it.
    """
    return published[-1].revision - published[0].revision + 1 - len(published)
