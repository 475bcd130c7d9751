"""What stands on `/metrics` of a receiver."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from prometheus_client.parser import text_string_to_metric_families as parsed

from streams.metrics.expose import exposition
from streams.metrics.receive import ReceiveCollector
from streams.metrics.receive_catalogue import RECEIVER
from streams.receive.counts import NO_SOURCE, SourceCounts
from streams.receive.refusal import RefusalReason
from tests.metrics.scraping import samples
from tests.metrics.test_worker import promtool


def receiver() -> Any:
    shop, nobody = SourceCounts(), SourceCounts()
    shop.accepted, shop.challenged, shop.bytes, shop.latest_s = 5, 1, 700, 1_795_000_000.0
    shop.refused[RefusalReason.SIGNATURE] = 2
    shop.seconds.observe(0.02)
    nobody.refused[RefusalReason.PATH] = 3
    return SimpleNamespace(
        handling=SimpleNamespace(counts={"shop": shop, NO_SOURCE: nobody}, in_work_bytes=9),
        http=SimpleNamespace(turned_away=4),
        report=lambda: SimpleNamespace(ready=True),
    )


def test_every_metric_is_there_with_its_labels() -> None:
    text = exposition(ReceiveCollector(receiver()))().decode()
    kinds = {"counter": "_total"}
    families = {one.name + kinds.get(one.type, ""): one for one in parsed(text)}
    assert {n for n in families if n.startswith("consentry_")} == {m.name for m in RECEIVER}
    for metric in RECEIVER:
        assert families[metric.name].documentation == metric.help
        for sample in families[metric.name].samples:
            assert sample.labels.keys() - {"le"} == set(metric.labels)
    found = samples(text)
    ends = found["consentry_webhooks_total"]
    assert (ends["shop", "accepted"], ends["shop", "refused"], ends["shop", "challenged"]) == (
        5,
        2,
        1,
    )
    refused = found["consentry_webhooks_refused_total"]
    assert {labels: count for labels, count in refused.items() if count} == {
        ("shop", "signature_wrong"): 2,
        (NO_SOURCE, "no_such_source"): 3,
    }
    assert found["consentry_receiver_ready"] == {(): 1}


def test_promtool_finds_nothing_to_say() -> None:
    checked = promtool(exposition(ReceiveCollector(receiver()))().decode())
    assert (checked.returncode, checked.stderr) == (0, "")
