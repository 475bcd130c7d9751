"""The runs of the control: which runtime meets which strikes, and how it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tests.faults.accounts import read_changelog
from tests.faults.checks import Kind, facts_of, problems, read_inputs, rows_of
from tests.faults.cluster import Cluster
from tests.faults.conductor import Run, UnsettledError
from tests.faults.plan import Plan
from tests.faults.result import Result
from tests.faults.runtime import CONSENTRY, Runtime
from tests.kafka.harness import WORKER

STOCK = Runtime(
    name="stock Faust", program="from tests.control import stock; stock.main()", ours=False
)


def without(*mends: str) -> Runtime:
    """Our worker with mends taken out."""
    calls = "".join(f"mends.{mend}(); " for mend in mends)
    return Runtime(
        name="without " + " and ".join(mends),
        program=f"from tests.control import mends; {calls}\n{WORKER}",
        ours=True,
    )


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
        "last_ticks_s": 10,
        "settling_s": 120,
    }
    return Plan(seed=seed, deck=deck, **(given | fields))


CALM: tuple[str, ...] = ()
KILLS = ("worker killed",) * 8
SLOW = ("quota used up", "worker killed", "worker killed") * 3
REFUSED = ("output refuses writes", "worker killed") * 4
REBALANCES = ("rebalance storm", "worker stopped") * 3
STORMS = ("rebalance storm",) * 5
BACKLOG = {"subjects": 1_500, "seconds": 8}
"""More at once than stock Faust judges, so that something is always on its way."""

ALONE = {"subjects": 400, "seconds": 20, "workers": 1}

TRIALS = (
    Trial(STOCK, "nothing", plan(1, CALM, **ALONE)),
    Trial(STOCK, "kill -9", plan(1, KILLS, **BACKLOG)),
    Trial(STOCK, "kill -9, broker slow", plan(1, SLOW, **BACKLOG)),
    Trial(STOCK, "kill -9, broker refusing", plan(1, REFUSED, **BACKLOG)),
    Trial(STOCK, "rebalances", plan(1, REBALANCES, **BACKLOG)),
    *(
        Trial(runtime, "rebalances", plan(3, STORMS, **BACKLOG))
        for runtime in (
            CONSENTRY,
            without("continuity"),
            without("seeking"),
            without("continuity", "seeking"),
            without("continuity", "draining"),
        )
    ),
)


class ControlRun(Run):
    """A run that is checked however it goes: what never settles is a result here."""

    unsettled: Sequence[str] = ()

    def _settle(self, *given: Any) -> None:
        try:
            super()._settle(*given)
        except UnsettledError:
            committed = self.bus.committed()
            self.unsettled = [
                f"{record.topic}/{record.partition}/{record.offset}"
                for record in read_inputs(self.bus)
                if record.offset >= committed.get((record.topic, record.partition), 0)
            ]

    def _check(self, *given: Any) -> None:
        super()._check(*given)
        result: Result = given[-1]
        if not self.runtime.ours:
            facts = rows_of(facts_of(read_inputs(self.bus), self.bus.names))
            _, rows = read_changelog(self.bus)
            result.problems += problems((Kind.LOST, "events without a row", sorted(facts - rows)))
        waited = f"records that nobody judges within {self.plan.settling_s:.0f} s of quiet"
        result.problems += problems((Kind.LOST, waited, list(self.unsettled)))


def play(cluster: Cluster, trial: Trial) -> Result:
    """One run from its topics to its end."""
    run = ControlRun(cluster, trial.plan, trial.runtime)
    result = run.play()
    run.remove_topics()
    return result
