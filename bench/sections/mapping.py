"""Records through a map: CPU for each outcome, beside query languages that reshape the same.

The records are those of the golden pairs of the OneTrust connector: receipts with one to three
purposes, some ignored, some rejected. Consentry's figure is all of it: bytes read, keys that
stand twice refused, words and tables looked up, pseudonyms derived, times read, texts guarded,
events made. The peers take values that are decoded already, and pick and rename: no pseudonym,
no check, no reason. So does a function by hand, which is what a query language could cost at best.
JMESPath cannot look from a purpose to its receipt, so it leaves that out.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from bench.sections.section import Bench, Section
from streams.ingest import Mapping, load_map
from streams.ingest.connectors import find_map
from streams.ingest.golden import TEST_CONTROLLER, TEST_KEY, read_pairs

NAME: Final = "mapping"
CONNECTOR: Final = "onetrust"
TIMES: Final = 400
SHORT_TIMES: Final = 5
WORDS: Final = {"CONFIRMED": "GRANTED", "NOTGIVEN": "REFUSED", "WITHDRAWN": "WITHDRAWN",
                "OPT_OUT": "WITHDRAWN", "HARD_OPT_OUT": "OBJECTED"}  # fmt: skip
JMESPATH: Final = (
    "purposes[].{event_id: join(':', ['ot', Id]), action: TransactionType, "
    "notice_version: join('-v', [Id, to_string(Version)])}"
)
CEL: Final = (
    'top.purposes.map(p, {"event_id": "ot:" + top.receiptId + ":" + p.Id, '
    '"subject": top.identifier, "occurred_at": top.interactionDate, '
    '"notice_version": p.Id + "-v" + string(p.Version), '
    '"action": p.TransactionType in words ? words[p.TransactionType] : ""})'
)

Apply = Callable[[Any], object]


def run(bench: Bench) -> None:
    """All rounds, the contestants in turn."""
    spec = load_map(find_map(CONNECTOR), controller_id=TEST_CONTROLLER)
    mapping = Mapping(spec, TEST_KEY)
    pairs = [pair.record for pair in read_pairs(find_map(CONNECTOR), spec)]
    outcomes = sum(len(mapping.apply(record)) for record in pairs)
    values = [json.loads(record) for record in pairs]
    contestants: dict[str, tuple[Sequence[Any], Apply]] = {
        "consentry": (pairs, mapping.apply),
        "consentry-decoded": (values, mapping.apply),
    }
    whole = [value for value in values if "receiptId" in value]
    for peer, make in {"by-hand": _by_hand, "jmespath": _jmespath, "cel": _cel}.items():
        contestants[peer] = (whole, make())
    times = SHORT_TIMES if bench.short else TIMES
    for round_ in range(1, bench.rounds + 1):
        for who, (records, apply) in contestants.items():
            items = outcomes if who.startswith("consentry") else sum(map(_purposes, whole))
            cost = _timed(records, apply, times) / items
            bench.record.figure(NAME, who, round_, {"outcomes": items, "cpu_us": cost})
            bench.say(f"round {round_}  {who:18} {cost:8.1f} us an outcome")


def _purposes(value: Any) -> int:
    return len(value["purposes"])


def _timed(records: Sequence[Any], apply: Apply, times: int) -> float:
    """Microseconds of CPU for all records once."""
    gc.collect()
    began = time.process_time()
    for _ in range(times):
        for record in records:
            apply(record)
    return (time.process_time() - began) / times * 1e6


def _by_hand() -> Apply:
    def apply(receipt: Any) -> object:
        found = []
        for purpose in receipt["purposes"]:
            identity = purpose["Id"]
            found.append(
                {
                    "event_id": f"ot:{receipt['receiptId']}:{identity}",
                    "subject": receipt.get("identifier"),
                    "occurred_at": receipt.get("interactionDate"),
                    "notice_version": f"{identity}-v{purpose.get('Version')}",
                    "action": WORDS.get(purpose.get("TransactionType")),
                }
            )
        return found

    return apply


def _jmespath() -> Apply:
    import jmespath

    query = jmespath.compile(JMESPATH)

    def apply(value: Any) -> object:
        found = query.search(value)
        for one in found:
            one["action"] = WORDS.get(one["action"])
        return found

    return apply


def _cel() -> Apply:
    from cel_expr_python import cel

    shape = {"top": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
             "words": cel.Type.Map(cel.Type.STRING, cel.Type.STRING)}  # fmt: skip
    expression = cel.NewEnv(variables=shape).compile(CEL)
    return lambda value: expression.eval(data={"top": value, "words": WORDS}).plain_value()


SECTION = Section(NAME, "Records of another system through a map", run, 120)
