"""A fault of a rule, or of the code around it: where it struck, and what an operator can do."""

from __future__ import annotations


class RuleFault(Exception):
    """A rule, or the code around it, raised on a record, which stays uncommitted.

    Neither this nor its message holds anything of the record.
    """

    def __init__(
        self,
        topic: str,
        partition: int,
        offset: int,
        error: str,
        trace: str | None = None,
        *,
        begun: bool = False,
    ) -> None:
        """`begun`: its fact is stored already, and what follows from it is judged in pieces."""
        super().__init__(f"{error} on {topic}, partition {partition}, offset {offset}")
        self._begun = begun
        self.where: dict[str, object] = {
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "error": error,
        }
        if trace is not None:
            self.where["trace_id"] = trace

    def remedy(self, ticks: str) -> str:
        """What to do; `ticks` is the topic of which it does not help to set a record aside."""
        again = (
            "Start the worker again; what was judged is kept. If it ends here again, report it "
            "with this line"
        )
        topic, partition, offset = (self.where[name] for name in ("topic", "partition", "offset"))
        if topic == ticks:
            return (
                f"{again}, and install a release without the fault: what one tick brings, the "
                "next one brings as well."
            )
        if self._begun:
            return (
                f"{again}, and install a release without the fault: the record is among the facts "
                "already, and some of what follows from it is published."
            )
        return (
            f"{again}, and let it go on without this record: consentry skip --topic {topic} "
            f'--partition {partition} --offset {offset} --why "..."'
        )
