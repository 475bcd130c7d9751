"""A user of the cluster, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass

from streams.topics.acl_grants import AclGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A user to set up, with nothing beyond what it needs.

    `user` is a suggestion for the principal's name.
    """

    name: str
    user: str
    description: str
    grants: tuple[AclGrant, ...]
