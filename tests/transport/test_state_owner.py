"""State says of which topics it is: one may be added, none may mean something else."""

from __future__ import annotations

import pytest

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.tasks.state_owner import owner_of, require_own_state
from streams.wire.progress import Progress

BEFORE = Settings(topic_data_share="data-share,crm.shares")


def reads(settings: Settings) -> None:
    progress = Progress(positions={}, owner=owner_of(BEFORE))
    require_own_state(progress, owner_of(settings), "changelog", 0)


@pytest.mark.parametrize("names", ["data-share,crm.shares,ads", "crm.shares,data-share"])
def test_a_topic_is_added_and_their_order_changes_nothing(names: str) -> None:
    reads(Settings(topic_data_share=names))


@pytest.mark.parametrize(
    "given",
    [
        {"topic_data_share": "data-share"},
        {"topic_data_share": "crm.shares"},
        {"topic_data_share": "data-share,crm.other"},
        {"topic_data_share": "data-share", "topic_purchase": "purchase,crm.shares"},
        {"topic_data_share": "data-share,crm.shares", "topic_violations": "other"},
    ],
)
def test_a_topic_that_is_left_out_or_moved_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ConsentryError, match="belongs to another installation"):
        reads(Settings(**given))


def test_a_single_topic_may_become_several() -> None:
    progress = Progress(positions={}, owner=owner_of(Settings()))
    require_own_state(progress, owner_of(BEFORE), "changelog", 0)
