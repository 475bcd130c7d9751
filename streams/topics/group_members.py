"""Members of the workers' group, and taking one out for good.

A static member does not leave when its process stops, so that it finds its partitions
again after a restart. Until its session ends nobody else gets them; an operator who knows that it
will not come back says so here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import admin_session

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What the member owned, and who is left: instance ids, or None for a nameless one."""

    partitions: tuple[int, ...]
    others: tuple[str | None, ...]


def remove_member(settings: Settings, instance_id: str) -> Removed:
    """Take a static member out of the group; its partitions go to the others at once.

    Raises ConsentryError when the group has no such member, and as `admin_session` does.
    """
    from kafka.admin import MemberToRemove
    from kafka.errors import UnknownMemberIdError

    group = settings.group_id
    with admin_session(settings.connection) as client:
        members = _members(client, group)
        removed = [one for one in members if one["group_instance_id"] == instance_id]
        others = [one["group_instance_id"] for one in members if one not in removed]
        if not removed:
            raise _unknown(group, instance_id, others)
        who = MemberToRemove(group_instance_id=instance_id, reason="consentry worker remove")
        refusals = client.remove_group_members(group, [who]).values()
        for refusal in refusals:
            if refusal is UnknownMemberIdError:  # its session ended in between
                raise _unknown(group, instance_id, others)
            if refusal.errno:
                raise refusal
    partitions = {number for one in removed for number in _partitions(one)}
    return Removed(partitions=tuple(sorted(partitions)), others=tuple(others))


def members_of(settings: Settings) -> list[str]:
    """The workers that are in the group, by instance id, in order."""
    with admin_session(settings.connection) as client:
        members = _members(client, settings.group_id)
    return sorted(one["group_instance_id"] or "one without an instance_id" for one in members)


def require_no_members(settings: Settings) -> None:
    """Check that no worker is in the group. Raises ConsentryError naming those that are."""
    members = members_of(settings)
    if members:
        raise ConsentryError(
            f"the group {settings.group_id} has members: {', '.join(members)}",
            "Stop all workers first. One with an instance_id stays until its session ends, or "
            "`consentry worker remove` takes it out.",
        )


def _members(client: KafkaAdminClient, group: str) -> list[dict[str, Any]]:
    described = client.describe_groups([group])[group]
    error = described["error"]
    if error and "GroupIdNotFound" not in error:
        raise ConsentryError(
            f"the members of the group {group} cannot be listed: {error}",
            "Use the worker's own user, or grant Read and Describe on the group.",
        )
    members: list[dict[str, Any]] = described["members"]
    return members


def _partitions(member: Mapping[str, Any]) -> set[int]:
    assignment = member["member_assignment"]
    # Bytes until the group has finished its first assignment.
    topics = assignment["assigned_partitions"] if isinstance(assignment, dict) else ()
    return {number for topic in topics for number in topic["partitions"]}


def _unknown(group: str, instance_id: str, others: list[str | None]) -> ConsentryError:
    known = ", ".join(sorted(one for one in others if one)) or "none with an instance_id"
    return ConsentryError(
        f"the group {group} has no member with the instance_id {instance_id}",
        f"Its members: {known}. One whose session has ended is out already.",
    )
