"""What the campaign puts under test: how a worker process of it is started."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tests.kafka.harness import WORKER

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A runtime that judges; a control puts another one in the place of ours.

    `program` is Python for a fresh process. It finds the settings of the run in
    CONSENTRY_* variables, as `consentry worker` does, logs JSON lines, and runs until
    SIGTERM. It writes findings and duties to the topics of the settings.
    """

    name: str
    program: str
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Settings on top of those of the run."""

    ours: bool = False
    """Whether it keeps our rows, progress and transactions: then these are checked too, it
    may be struck at its inner steps, and it must end with our exit codes only."""


CONSENTRY: Final = Runtime(name="Consentry", program=WORKER, ours=True)
