"""A policy that is applied while workers run: all facts are judged again, and verify agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli.main import main
from streams.control.in_force import policy_now
from streams.core.vocabulary import ClosingReason, Status
from streams.errors import ConsentryError
from streams.operate.sweep_status import sweep_status
from streams.verify import verify
from tests.kafka.harness import Bus
from tests.kafka.stories import stories


@pytest.fixture(autouse=True)
def environment(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bus.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)


def test_another_policy_is_followed_in_place(
    bus: Bus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConsentryError, match="nothing was judged yet"):
        sweep_status(bus.settings)
    past = tmp_path / "past.toml"
    past.write_text('withdrawal_grace = "P900D"\nnotify_deadline = "PT1H"\n')
    with bus.worker() as worker:
        bus.send(*bus.events(stories(30)))
        bus.settle(worker)
        before = {one.violation_id: one for one in bus.findings()}
        assert main(["policy", "apply", str(past), "--why", "a test", "--yes"]) == 0
        worker.wait_for("policy.changed")
        bus.send(*bus.events(stories(10, 30)))
        worker.wait_for("sweep.through", bus.settings.partitions)
        bus.settle(worker)
        assert main(["sweep", "status", "--wait"]) == 0
        assert worker.stop()[0] == 0
    assert "POLICY_CHANGED: through" in capsys.readouterr().out
    in_force = policy_now(bus.settings)
    for one in sweep_status(bus.settings):
        assert (one.basis.sequence, one.basis.version) == (2, in_force.version)
    retracted = [one for one in bus.findings() if one.reason == ClosingReason.POLICY_CHANGED]
    assert retracted
    assert {one.status for one in retracted} == {Status.RETRACTED}
    assert all(one.revision > before[one.violation_id].revision for one in retracted)
    assert verify(bus.settings, in_force.policy).equal
