"""The course of the demo, from an empty folder to the score."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from streams.core.findings import Finding
from streams.core.instants import Duration, Instant
from streams.dev.demo.clock import tick
from streams.dev.demo.screen import Screen
from streams.dev.demo.worker import WorkerProcess
from streams.dev.samples import POLICY_FILE, Sample, SampleOptions, make_sample
from streams.dev.scoring import Score, ScoredNet, score
from streams.dev.sending import Outgoing, send
from streams.errors import ConsentryError
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.dev.output_reader import OutputReader

_PARTITIONS = 4
_FIRST_DEADLINE = Duration(20_500)
_LAST_DEADLINE = Duration(29_000)
"""The sample's last deadlines pass in this time after its end, and a tick sees it."""

_RECORDS_A_SUBJECT = 9.7

_SETTLE_WITHIN_S = 30.0
"""How long after the last record and deadline the score may still be incomplete."""


class DemoOptions(NamedTuple):
    """What the demo plays. `rate` in records a second; None is as fast as possible.

    `keep`: leave Kafka and the worker running after the score, until Ctrl-C. `port` of
    Kafka; 0 is any free one.
    """

    subjects: int = 500
    seed: int = 1
    rate: float | None = 250.0
    keep: bool = False
    port: int = 0


def run_demo(options: DemoOptions, screen: Screen | None = None) -> Score:
    """Run the demo and return its score.

    Raises ConsentryError when a part fails; it says which one and where the logs are.
    They are kept then, otherwise everything is deleted.
    """
    from streams.dev.broker import LocalBroker
    from streams.topics import create_topics

    screen = screen or Screen()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="consentry-demo-"))
    broker = LocalBroker(folder / "kafka", port=options.port, say=screen.say)
    failed = True
    try:
        with screen.step("Kafka starts"):
            broker.start()
        settings = _settings(broker.bootstrap)
        with screen.step("topics are created"):
            create_topics(settings)
        with WorkerProcess(folder, _handed_over(settings)) as worker:
            with screen.step("the worker starts"):
                worker.start()
            reached = asyncio.run(_play(options, settings, worker, screen))
            screen.result(reached, seconds=time.monotonic() - began)
            if options.keep:
                _wait_for_person(screen, settings)
        failed = False
    except KeyboardInterrupt:
        failed = False
        raise
    except ConsentryError as error:
        raise error.within("the demo failed", f"All logs are in {folder}") from None
    finally:
        broker.stop()
        if not failed:
            shutil.rmtree(folder, ignore_errors=True)
    return reached


def _settings(bootstrap: str) -> Settings:
    return Settings(
        brokers=(bootstrap,),
        partitions=_PARTITIONS,
        replication_factor=1,
        policy_file=POLICY_FILE,
        instance_id="demo-worker",
        tick_source="external",
    )


def _handed_over(settings: Settings) -> dict[str, str]:
    """The settings that differ from the defaults, as texts for the environment."""
    return {
        "brokers": ",".join(settings.brokers),
        "partitions": str(settings.partitions),
        "replication_factor": str(settings.replication_factor),
        "policy_file": str(settings.policy_file),
        "instance_id": str(settings.instance_id),
        "tick_source": settings.tick_source,
    }


async def _play(
    options: DemoOptions, settings: Settings, worker: WorkerProcess, screen: Screen
) -> Score:
    """Send the sample and show what comes of it, until all that must be found is there."""
    from streams.dev.output_reader import open_outputs

    sample = make_sample(
        SampleOptions(subjects=options.subjects, seed=options.seed, until=_sample_end(options))
    )
    screen.say(_introduction(sample, options))
    net = ScoredNet()
    async with open_outputs(settings, from_beginning=True) as outputs:
        with screen.live():
            playing = asyncio.create_task(_send_then_tick(sample, options, settings, screen))
            try:
                give_up_at = None
                while True:
                    worker.require_running()
                    if playing.done():
                        playing.result()  # raises what went wrong: it never ends by itself
                    await _take(outputs, net, screen)
                    screen.refresh()
                    clock = _now()
                    if not screen.all_sent or clock <= sample.truth.clock + _LAST_DEADLINE:
                        continue
                    reached = score(sample.truth, net.findings(), net.duties(), clock)
                    give_up_at = give_up_at or time.monotonic() + _SETTLE_WITHIN_S
                    if reached.full or time.monotonic() > give_up_at:
                        return reached
            finally:
                playing.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConsentryError):
                    await playing


async def _send_then_tick(
    sample: Sample, options: DemoOptions, settings: Settings, screen: Screen
) -> None:
    """Play the past, then let time pass, until cancelled."""
    total = len(sample.records)

    def progress(count: int) -> None:
        screen.playing = f"{count} of {total} records sent: eight months in a webshop"

    await send(settings, _outgoing(sample), rate=options.rate, progress=progress)
    screen.playing = f"all {total} records sent; now the clock runs, and deadlines pass"
    screen.say_in_pipe(screen.playing)
    screen.all_sent = True
    await tick(settings)


async def _take(outputs: OutputReader, net: ScoredNet, screen: Screen) -> None:
    for one in await outputs.next():
        if isinstance(one, Finding):
            net.add_finding(one)
            screen.take(one)
        else:
            net.add_duty(one)


def _outgoing(sample: Sample) -> Iterator[Outgoing]:
    for record in sample.records:
        yield Outgoing(record.topic, record.key, record.value)


def _sample_end(options: DemoOptions) -> Instant:
    """The sample's end, such that its first deadline passes when all has been sent.

    Without pace the last one has passed by then as well.
    """
    if options.rate is None:
        return Instant(_now() - _LAST_DEADLINE)
    lasts = 1000 * options.subjects * _RECORDS_A_SUBJECT / options.rate
    return Instant(_now() - max(0, _FIRST_DEADLINE - round(lasts)))


def _now() -> Instant:
    return Instant(int(time.time() * 1000))


def _introduction(sample: Sample, options: DemoOptions) -> str:
    truth = sample.truth
    counts = truth.records
    pace = "as fast as they are taken" if options.rate is None else f"{options.rate:g} a second"
    return (
        f"a webshop with {truth.subjects} customers, {truth.clean_subjects} of them in order: "
        f"{counts['all']} records, {pace}, of which {counts['late']} come late, "
        f"{counts['duplicates']} twice, {counts['conflicts']} in two versions and "
        f"{counts['bad']} are bad"
    )


def _wait_for_person(screen: Screen, settings: Settings) -> None:
    screen.say(
        f"Kafka and the worker go on at {settings.connection.bootstrap}. Look around with: "
        f"consentry watch --from-beginning --brokers {settings.connection.bootstrap}"
    )
    screen.say("Ctrl-C ends both.")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        screen.say("")
