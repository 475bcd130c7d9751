"""Which installation is played in a world of the model: its settings, topics and group."""

from __future__ import annotations

from streams.settings import Settings
from streams.settings.names import TopicNames
from tests.model.broker import Broker
from tests.model.group import Group
from tests.model.stepping import Stepping
from tests.model.traffic import ACCEPT


class Installed(Stepping):
    """One at a time; where facts move there is another one afterwards."""

    settings: Settings
    names: TopicNames
    partitions: int
    accepts: bool
    """Whether the operator has accepted that input was lost."""

    def now(self) -> int:
        """The broker's clock in milliseconds."""
        raise NotImplementedError

    def cluster(self, settings: Settings) -> Broker:
        """A broker with the topics of an installation."""
        names = settings.topics
        topics = (*names.judged, names.changelog, names.violations, names.duties)
        topics += (names.dead_letters, names.quarantine, names.command_results)
        return Broker(dict.fromkeys(topics, settings.partitions), now=self.now)

    def install(self, settings: Settings, broker: Broker) -> None:
        """From now on it is this installation; nobody is in its group yet."""
        self.settings, self.names, self.partitions = settings, settings.topics, settings.partitions
        self.broker, self.group = broker, Group(settings.partitions)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The topics of events."""
        return tuple(self.names.inputs.values())

    def settings_now(self) -> Settings:
        """Those of a worker that starts now."""
        return self.settings.model_copy(update=ACCEPT) if self.accepts else self.settings
