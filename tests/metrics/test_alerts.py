"""What `consentry alerts stats` reads on `/metrics` of a deliverer."""

from __future__ import annotations

import pytest

from streams.alerts.account import Accounting
from streams.delivery.alert_account import accounts_in
from streams.errors import ConsentryError
from tests.metrics.accounts import exposed

ACCOUNTS = {
    "chat": Accounting(
        raised=20,
        delivered=5,
        grouped=7,
        muted={"waived": 2, "unknown": 1},
        dead_lettered=1,
        pending=4,
        forgotten=3,
    ),
    "pager": Accounting(),
}


def test_accounts_are_read_back_as_they_were() -> None:
    assert accounts_in(exposed(ACCOUNTS), "here") == ACCOUNTS


def test_a_deliverer_without_such_sinks_has_no_accounts() -> None:
    assert accounts_in(exposed({}), "here") == {}


@pytest.mark.parametrize("body", ["", "process_cpu_seconds_total 1\n", "<html>\n{"])
def test_who_exports_no_alert_metrics_is_no_deliverer(body: str) -> None:
    with pytest.raises(ConsentryError):
        accounts_in(body, "here")
