"""Which policy holds: the log's, and before there is one that of the file that the settings name."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from streams.control.log import ControlLog, PolicyInForce
from streams.control.read import read_control, read_log
from streams.control.record import ControlRecord, record_of
from streams.control.write import OvertakenError, append
from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.policy_file import DEFAULT_TEXT, PolicyText, policy_of, standalone
from streams.settings import Settings

FIRST: Final = "first policy of this installation"
TRIES: Final = 20
PAUSE_S: Final = 0.5
"""About so long a worker waits that lost to another one that starts."""

log = structlog.get_logger("consentry.worker")

Given = PolicyText | ConsentryError
"""What the settings name, or why it cannot be read."""


def given_policy(settings: Settings) -> PolicyText:
    """What the settings name: a policy file with its registers, or the defaults.

    Raises ConsentryError with everything that is wrong in the file.
    """
    return DEFAULT_TEXT if settings.policy_file is None else standalone(settings.policy_file)


def given_or_problem(settings: Settings) -> Given:
    """The same for a worker: what is wrong in the file matters only where the log has no policy."""
    try:
        return given_policy(settings)
    except ConsentryError as error:
        return error


def policy_now(settings: Settings) -> PolicyInForce:
    """The policy in force, for commands. Raises ConsentryError where the log cannot be read."""
    return read_control(settings).in_force() or PolicyInForce(file_policy(settings), 0)


def file_policy(settings: Settings) -> Policy:
    """The policy of the file that the settings name, or the defaults. Raises ConsentryError."""
    return policy_of(given_policy(settings), named(settings.policy_file))


def named(path: Path | None) -> str:
    """A policy file in words."""
    return "the defaults" if path is None else str(path)


async def begin(settings: Settings, given: Given, who: str) -> ControlLog:
    """The log as a worker starts with it: never empty.

    Where there is none yet, `given` becomes the first policy, whichever of several workers writes
    it. Raises ConsentryError where the log cannot be read or written, or `given` is the reason why
    there can be no first one.
    """
    for _ in range(TRIES):
        found = await read_log(settings, last_only=True)
        if found.last is not None:
            return found
        if isinstance(given, ConsentryError):
            raise given
        try:
            await append(settings, partial(_first, given=given, who=who))
        except OvertakenError:
            await asyncio.sleep(PAUSE_S * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    raise ConsentryError(
        f"{settings.topics.control}: other workers begin to write the first policy again and again",
        "Start one worker first, and the others once it is ready.",
    )


def _first(now: ControlLog, given: PolicyText, who: str) -> ControlRecord | None:
    if now.last is not None:
        return None
    version = policy_of(given, "the first policy").version
    return record_of(
        given, 1, version=version, who=who, why=FIRST, ticket=None, written_at=written_now()
    )


def written_now() -> str:
    """The clock of this machine, as records state it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def report_other_file(settings: Settings, given: Given, in_force: PolicyInForce) -> bool:
    """Log once where the policy file says something else than the log, or cannot be read.

    Returns whether it does.
    """
    if isinstance(given, ConsentryError):
        log.warning(
            "policy.file_unreadable",
            problem=given.problem,
            version=in_force.version,
            sequence=in_force.sequence,
            remedy="The policy of the log is in force. Put the file right, or take it out of the "
            "settings.",
        )
        return True
    if settings.policy_file is None:
        return False
    policy = policy_of(given, named(settings.policy_file))
    if policy.digest == in_force.digest:
        return False
    log.warning(
        "policy.file_differs",
        file_digest=policy.digest,
        file_version=policy.version,
        digest=in_force.digest,
        version=in_force.version,
        sequence=in_force.sequence,
        remedy="The policy of the log is in force: `consentry policy apply` changes it.",
    )
    return True
