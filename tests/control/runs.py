"""The runs of the control: which runtime meets which strikes, and how it is checked."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from tests.faults.accounts import read_changelog
from tests.faults.checks import Kind, facts_of, problems, read_inputs, rows_of
from tests.faults.cluster import Cluster
from tests.faults.conductor import Run, UnsettledError
from tests.faults.plan import Plan
from tests.faults.result import Result
from tests.faults.runtime import Runtime
from tests.kafka.harness import WORKER

STOCK = Runtime(
    name="stock Faust", program="from tests.control import stock; stock.main()", ours=False
)


def without(*safeguards: str) -> Runtime:
    """Our worker with safeguards taken out, or none, on a machine that is busy."""
    calls = "".join(f"safeguards.{safeguard}(); " for safeguard in ("busy", *safeguards))
    return Runtime(
        name="Consentry" + (" without " + " and ".join(safeguards) if safeguards else ""),
        program=f"from tests.control import safeguards; {calls}\n{WORKER}",
        ours=True,
    )


WHOLE = without()


class Trial(NamedTuple):
    """One run of one runtime."""

    runtime: Runtime
    under: str
    plan: Plan


def plan(seed: int, deck: tuple[str, ...], **fields: Any) -> Plan:
    """A run of the control."""
    given: dict[str, Any] = {
        "workers": 2,
        "lasting": False,
        "settings": {},
        "last_ticks_s": 10.0,
        "settling_s": 120.0,
    }
    return Plan(seed=seed, deck=deck, **(given | fields))


CALM: tuple[str, ...] = ()
KILLS = ("worker killed",) * 8
SLOW = ("network slow", "worker killed", "worker killed") * 3
REFUSED = ("output refuses writes", "worker killed") * 4
REBALANCES = ("rebalance storm", "worker stopped") * 3
STORMS = ("rebalance storm",) * 6
BACKLOG = {"subjects": 1_500, "seconds": 8.0}
"""More at once than stock Faust judges, so that something is always on its way."""

HASTE = BACKLOG | {"settling_s": 60.0}
ALONE = {"subjects": 400, "seconds": 20.0, "workers": 1}

TRIALS = (
    Trial(STOCK, "nothing", plan(1, CALM, **ALONE)),
    Trial(STOCK, "kill -9", plan(1, KILLS, **HASTE)),
    Trial(STOCK, "kill -9, broker slow", plan(1, SLOW, **HASTE)),
    Trial(STOCK, "kill -9, broker refusing", plan(1, REFUSED, **HASTE)),
    Trial(STOCK, "rebalances", plan(1, REBALANCES, **HASTE)),
    Trial(STOCK, "rebalances", plan(2, REBALANCES, **HASTE)),
    *(
        Trial(runtime, "rebalances", plan(3, STORMS, **BACKLOG))
        for runtime in (
            WHOLE,
            without("continuity"),
            without("seeking"),
            without("continuity", "seeking"),
        )
    ),
)


STILL_S = 15.0
PASSED = "events that were committed past and have no row"
STUCK = "records that nobody judges any more, though workers run"
LATE = "records that were not judged in time"


class ControlRun(Run):
    """A run that is checked however it goes: what never settles is a result here."""

    waited = ""

    def _settle(self, *given: Any) -> None:
        try:
            super()._settle(*given)
        except UnsettledError:
            before = self._lag()
            time.sleep(STILL_S)
            moves = self._lag() < before
            self.waited = LATE if moves else STUCK

    def _check(self, *given: Any) -> None:
        super()._check(*given)
        result: Result = given[-1]
        if self.runtime.ours:
            return
        committed = self.bus.committed()
        passed: list[Any] = []
        waiting: list[Any] = []
        for record in read_inputs(self.bus):
            place = record.topic, record.partition
            (passed if record.offset < committed.get(place, 0) else waiting).append(record)
        _, rows = read_changelog(self.bus)
        lost = rows_of(facts_of(passed, self.bus.names)) - rows
        result.problems += problems((Kind.LOST, PASSED, sorted(lost)))
        if self.waited:
            named = [f"{one.topic}/{one.partition}/{one.offset}" for one in waiting]
            result.problems += problems((Kind.LOST, self.waited, named))


def play(cluster: Cluster, trial: Trial) -> Result:
    """One run from its topics to its end."""
    run = ControlRun(cluster, trial.plan, trial.runtime)
    result = run.play()
    run.remove_topics()
    return result
