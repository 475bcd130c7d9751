"""Is the consumer group this installation's own? Looked at before it is joined.

Installations that share a group take partitions, state and transactional ids from each
other. A group says whose it is by the topics that it has committed offsets for, and by what
workers write beside them (docs/adr/0041).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.settings.installation import (
    DEFAULT_APPLICATION_ID,
    Installation,
    declared_installation,
)

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

Offsets = Mapping[tuple[str, int], str]
"""What stands beside the committed offsets of a group, by topic and partition."""

COORDINATOR_S = 20.0
"""How long the group's coordinator may take to be found."""

REMEDY = (
    "Give each installation an `application_id` of its own, or leave it unset in all: it then "
    "follows from `topic_prefix`. Nothing was changed."
)


def require_own_groups(client: KafkaAdminClient, settings: Settings) -> None:
    """Check that the workers' group is this installation's, or nobody's yet.

    Raises ConsentryError naming both when it is another's, and when the state of this
    installation stands under the name that earlier releases gave it. A user that may not look
    at a group learns nothing from it: the changelog says the same.
    """
    own = read_group(client, settings.group_id)
    require_own(settings, own)
    if not own and (former := _former(settings)) is not None:
        read = set(settings.topics.input_types)
        _not_left_behind(settings, former, read & _topics(client, former.group_id))


def require_own_delivery(
    client: KafkaAdminClient, settings: Settings, sinks: Iterable[str]
) -> None:
    """The same for the groups that bring findings to sinks."""
    for sink in sinks:
        group = settings.delivery_group(sink)
        wanted = {settings.topics.violations, settings.topics.duties}
        found = _topics(client, group)
        if not found and (former := _former(settings)) is not None:
            left = _topics(client, former.delivery_group(sink))
            _not_left_behind(settings, former, wanted & left)
        foreign = sorted(found - wanted)
        if foreign:
            raise ConsentryError(
                f"the consumer group {group} delivers {foreign[0]}, and this installation "
                f"({settings.installation}) delivers {settings.topics.violations}: it is the "
                "group of another installation",
                REMEDY,
            )


def require_own_ingest(client: KafkaAdminClient, settings: Settings) -> None:
    """The same for the group that reads the sources of `consentry ingest`."""
    mine = settings.installation
    for metadata in read_group(client, settings.ingest_group).values():
        theirs = declared_installation(metadata)
        if theirs is not None and theirs[:2] != mine[:2]:
            raise _foreign(settings.ingest_group, str(theirs), mine)


def require_own(settings: Settings, offsets: Offsets) -> None:
    """Check what stands beside a group's offsets. Raises ConsentryError naming both."""
    mine = settings.installation
    for metadata in offsets.values():
        theirs = declared_installation(metadata)
        if theirs is not None and theirs != mine:
            raise _foreign(settings.group_id, str(theirs), mine)
    names = settings.topics
    read = set(names.judged)
    foreign = sorted({topic for topic, _ in offsets} - read)
    if foreign:
        error = _foreign(settings.group_id, f"one that reads {', '.join(foreign)}", mine)
        raise ConsentryError(
            error.problem,
            f"{error.remedy} If it is this one, and its topics were renamed: set their names "
            "back; or `consentry facts export` under those names, and import into the next `generation`.",
        )


def read_group(client: KafkaAdminClient, group: str) -> dict[tuple[str, int], str]:
    """The offsets that a group has committed; none for a group that is not there or hidden."""
    return {
        (place.topic, place.partition): one.metadata or ""
        for place, one in _offsets(client, group).items()
        if one.offset >= 0
    }


def _offsets(client: KafkaAdminClient, group: str) -> Mapping[Any, Any]:
    from kafka.errors import BrokerResponseError, GroupAuthorizationFailedError

    deadline = time.monotonic() + COORDINATOR_S
    while True:
        try:
            found: Mapping[Any, Any] = client.list_group_offsets(group).get(group, {})
        except GroupAuthorizationFailedError:
            return {}
        except BrokerResponseError as error:
            if "GroupIdNotFound" in type(error).__name__:
                return {}
            # A coordinator that moves, or that is made for the first group there is.
            if not error.retriable or time.monotonic() > deadline:
                raise
        else:
            return found
        time.sleep(0.1)


def _foreign(group: str, theirs: str, mine: Installation) -> ConsentryError:
    return ConsentryError(
        f"the consumer group {group} belongs to another installation ({theirs}); this one is "
        f"{mine}",
        REMEDY,
    )


def _former(settings: Settings) -> Settings | None:
    """What earlier releases made of the same settings; None where that is the same."""
    if "application_id" in settings.model_fields_set or not settings.topic_prefix:
        return None
    return settings.model_copy(update={"application_id": DEFAULT_APPLICATION_ID})


def _topics(client: KafkaAdminClient, group: str) -> set[str]:
    return {topic for topic, _ in read_group(client, group)}


def _not_left_behind(settings: Settings, former: Settings, own_topics: set[str]) -> None:
    """`own_topics` are those of this installation that the former group has offsets for."""
    if not own_topics:
        return
    raise ConsentryError(
        f"the state of this installation stands under application_id {former.application_id}, as "
        f"earlier releases named it; without the setting it is {settings.application_id} now",
        f"Set application_id to {former.application_id} to go on with that state, as long as no "
        f"other installation uses it. To have it under the new name: stop all workers, `consentry "
        f"facts export` with the former name, set application_id to {settings.application_id}, "
        "and `consentry facts import`.",
    )
