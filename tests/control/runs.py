"""The runs of the control: which runtime meets which strikes, and how it is checked."""

from __future__ import annotations

import uuid
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
        "subjects": 400,
        "seconds": 20,
        "workers": 2,
        "lasting": False,
        "settings": {},
        "last_ticks_s": 10,
        "settling_s": 60,
    }
    return Plan(seed=seed, deck=deck, **(given | fields))


CALM: tuple[str, ...] = ()
KILLS = ("worker killed",) * 8
REBALANCES = ("worker stopped", "rebalance storm", "worker frozen beyond its session") * 2
BROKER = ("output refuses writes", "quota used up", "broker killed", "output refuses writes")
STORM = ("rebalance storm",) * 5
HURRY = {"subjects": 2_500, "seconds": 12}
"""A backlog, so that slices are queued when partitions change hands."""

TRIALS = (
    *(
        Trial(STOCK, under, plan(seed, deck, **({"workers": 1} if deck is CALM else {})))
        for under, deck in (
            ("nothing", CALM),
            ("kill -9", KILLS),
            ("rebalances", REBALANCES),
            ("a refusing, slow and dying broker", BROKER),
        )
        for seed in ((1,) if deck is CALM else (1, 2))
    ),
    *(
        Trial(runtime, "rebalance storms", plan(3, STORM, **HURRY))
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

    unsettled = 0

    def _settle(self, *given: Any) -> None:
        try:
            super()._settle(*given)
        except UnsettledError:
            self.unsettled = self._lag()

    def _check(self, *given: Any) -> None:
        super()._check(*given)
        result: Result = given[-1]
        if not self.runtime.ours:
            facts = rows_of(facts_of(read_inputs(self.bus), self.bus.names))
            _, rows = read_changelog(self.bus)
            result.problems += problems((Kind.LOST, "events without a row", sorted(facts - rows)))
        waiting = [str(uuid.UUID(int=0))] * self.unsettled
        result.problems += problems((Kind.LOST, "records that wait for ever", waiting))


def play(cluster: Cluster, trial: Trial) -> Result:
    """One run from its topics to its end."""
    run = ControlRun(cluster, trial.plan, trial.runtime)
    result = run.play()
    run.remove_topics()
    return result
