"""The topics that are written to and read, as the cluster has them before work begins."""

from __future__ import annotations

from streams.errors import ConsentryError
from streams.ingest.service.record_mapper import Targets
from streams.ingest.service.sources import IngestPlan
from streams.settings import Settings
from streams.topics import admin_session
from streams.topics.cluster import read_cluster
from streams.topics.codecs import REMEDY, unreadable_codecs
from streams.topics.ownership import require_own_ingest


def read_targets(settings: Settings, plan: IngestPlan) -> Targets:
    """Where to write, with the partition counts that the cluster has.

    Raises ConsentryError when a topic is missing, when the input topics have different partition
    counts, when the group is another installation's, or when a codec is not read here;
    UnreachableError when no broker answers.
    """
    unreadable = unreadable_codecs()
    if unreadable:
        raise ConsentryError(
            f"this installation cannot read {', '.join(sorted(unreadable))}, and the producers of "
            "a source may compress with any codec",
            REMEDY,
        )
    names = settings.topics
    written = (*names.inputs.values(), names.ingest_rejects, names.ingest_replay)
    with admin_session(settings.connection) as client:
        require_own_ingest(client, settings)
        there = read_cluster(client, [*written, *plan.topics])
    known = there.topics.keys() | there.hidden
    missing = [topic for topic in written if topic not in there.topics]
    if missing:
        raise ConsentryError(
            f"no topic {', '.join(missing)} on {settings.connection.bootstrap}",
            "Create the topics with `consentry topics create`: it makes only what is missing.",
        )
    unread = [topic for topic in plan.topics if topic not in known]
    if unread:
        raise ConsentryError(
            f"no topic {', '.join(unread)} on {settings.connection.bootstrap}, and a source of "
            "[ingest] names it",
            "Correct its name, or have it created by the team whose topic it is.",
        )
    counts = {topic: there.topics[topic].partitions for topic in written}
    of_inputs = {topic: counts[topic] for topic in names.inputs.values()}
    if len(set(of_inputs.values())) > 1:
        shown = ", ".join(f"{topic} has {count}" for topic, count in of_inputs.items())
        raise ConsentryError(
            f"the input topics have different partition counts: {shown}",
            "`consentry topics check` says how to put it right.",
        )
    return Targets(
        inputs=names.inputs,
        rejects=names.ingest_rejects,
        replay=names.ingest_replay,
        partitions=counts,
        input_max_bytes=settings.input_max_bytes,
        reject_max_bytes=settings.output_max_bytes,
    )
