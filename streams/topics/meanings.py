"""What the brokers' own errors mean to a person, and what to do about each.

Kinds are names of error classes, which kafka-python and aiokafka share in the main.
"""

from __future__ import annotations

from typing import Final

_AGAIN: Final = "Try again in a few seconds; where it lasts, look at the state of the cluster."

MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "CoordinatorNotAvailableError": (
        "has no coordinator for the group yet",
        (
            "A new cluster makes its topic for offsets at the first group: try again in a few "
            "seconds. Where it lasts, compare offsets.topic.replication.factor with the brokers."
        ),
    ),
    "CoordinatorLoadInProgressError": ("is still loading the group's offsets", _AGAIN),
    "NotCoordinatorError": ("has just moved the group to another broker", _AGAIN),
    "LeaderNotAvailableError": ("has a partition without a leader", _AGAIN),
    "NotLeaderForPartitionError": ("has just moved a partition to another broker", _AGAIN),
    "UnknownTopicOrPartitionError": (
        "does not know a topic, or has it no more",
        (
            "Look whether it was deleted: `consentry topics check`. `consentry topics create` makes "
            "what is missing."
        ),
    ),
    "OffsetOutOfRangeError": (
        (
            "no longer has the records that were asked for: retention or somebody deleted them, or "
            "the topic was created again"
        ),
        "Start the command again: it begins with what is there now.",
    ),
    "UnknownTopicIdError": (
        "says that a topic was deleted, or created again, while it was read",
        "Start the command again: it begins with what is there now.",
    ),
    "InconsistentTopicIdError": (
        "says that a topic was created again while it was read",
        "Start the command again: it begins with what is there now.",
    ),
    "NotEnoughReplicasError": (
        "has fewer replicas in step than min.insync.replicas wants",
        "Look which brokers are down; writing goes on when they are back.",
    ),
    "NotEnoughReplicasAfterAppendError": (
        "has fewer replicas in step than min.insync.replicas wants",
        "Look which brokers are down; writing goes on when they are back.",
    ),
    "MessageSizeTooLargeError": (
        "refuses a record that is larger than its topic takes",
        "Raise max.message.bytes of the topic; `consentry topics check` knows the sizes.",
    ),
    "RecordListTooLargeError": (
        "refuses a batch that is larger than its topic takes",
        "Raise max.message.bytes of the topic; `consentry topics check` knows the sizes.",
    ),
    "InvalidReplicationFactorError": (
        "has fewer brokers than copies are wanted",
        "Set CONSENTRY_REPLICATION_FACTOR to at most the number of brokers.",
    ),
    "PolicyViolationError": (
        "has a policy of its own for topics, which refuses this one",
        "Give the output of `consentry topics create --dry-run` to those who run the cluster.",
    ),
    "KafkaStorageError": ("cannot use its disk", "Look at the disks of the brokers."),
    "UnsupportedVersionError": (
        "does not speak a version of the protocol that is needed",
        "Use Kafka 2.5 or later.",
    ),
    "IncompatibleBrokerVersion": (
        "does not speak a version of the protocol that is needed",
        "Use Kafka 2.5 or later.",
    ),
    "ThrottlingQuotaExceededError": ("has reached the quota of this user", _AGAIN),
    "GroupAuthorizationFailedError": (
        "lets this user not use the consumer group",
        "`consentry topics create --dry-run` lists the ACLs that each role needs.",
    ),
}
