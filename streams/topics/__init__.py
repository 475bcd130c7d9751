"""Topics: what they are, how to make them, and what is wrong with those that exist."""

from streams.topics.access import acl_commands, roles
from streams.topics.acl_grants import AclGrant
from streams.topics.catalogue import all_topics
from streams.topics.check import check_topics, find_problems
from streams.topics.cluster import ClusterState, TopicState
from streams.topics.create import Created, create_topics
from streams.topics.failures import explain
from streams.topics.input_topics import input_topics
from streams.topics.problems import ProblemLevel, TopicAspect, TopicProblem
from streams.topics.reach import require_reachable
from streams.topics.role import Role
from streams.topics.session import admin_session
from streams.topics.topic import Party, Topic, TopicKind

__all__ = [
    "AclGrant",
    "ClusterState",
    "Created",
    "Party",
    "ProblemLevel",
    "Role",
    "Topic",
    "TopicAspect",
    "TopicKind",
    "TopicProblem",
    "TopicState",
    "acl_commands",
    "admin_session",
    "all_topics",
    "check_topics",
    "create_topics",
    "explain",
    "find_problems",
    "input_topics",
    "require_reachable",
    "roles",
]
