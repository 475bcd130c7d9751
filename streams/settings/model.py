"""Every setting of Consentry as one frozen value.

Building a `Settings` reads nothing: no environment, no file. `load_settings` does that,
once, at the edge of the program.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from streams.core.vocabulary import EventType
from streams.settings.bus import BusSettings
from streams.settings.connection import Connection
from streams.settings.health import HealthSettings
from streams.settings.identity import IdentitySettings
from streams.settings.installation import Installation
from streams.settings.login import LoginSettings
from streams.settings.names import TopicNames
from streams.settings.registry_oauth import RegistryOAuthSettings
from streams.settings.tokens import AwsIdentity, ClientCredentials, TokenFile, TokenOptions
from streams.settings.topics import TopicSettings, split_names
from streams.settings.work import WorkSettings

SUBJECT_TABLE: Final = "subjects"
"""Name of the Faust table of subjects, part of its changelog's name."""


class Settings(
    HealthSettings,
    WorkSettings,
    IdentitySettings,
    RegistryOAuthSettings,
    TopicSettings,
    LoginSettings,
    BusSettings,
):
    """All settings. Durations and sizes carry their unit in the name.

    Fields stand in the order of the table in docs/operations.md, the groups from the
    last base to the first; a rule over two settings stands with the later one.
    """

    @property
    def connection(self) -> Connection:
        """How to reach the brokers, for every client library alike."""
        return Connection(
            brokers=self.brokers,
            security_protocol=self.security_protocol,
            ca_file=self.ssl_ca_file,
            check_hostname=self.ssl_check_hostname,
            cert_file=self.ssl_cert_file,
            key_file=self.ssl_key_file,
            key_password=self.ssl_key_password,
            mechanism=self.sasl_mechanism,
            username=self.sasl_username,
            password=self.sasl_password,
            tokens=self._tokens(),
            connect_timeout_s=self.connect_timeout_s,
            client_id=self.client_id,
            client_rack=self.client_rack,
        )

    def _tokens(self) -> TokenOptions | None:
        if self.sasl_aws_region is not None:
            return AwsIdentity(self.sasl_aws_region)
        if self.sasl_oauth_token_file is not None:
            return TokenFile(self.sasl_oauth_token_file)
        client_id, secret = self.sasl_oauth_client_id, self.sasl_oauth_client_secret
        if self.sasl_oauth_token_url is None or client_id is None or secret is None:
            return None
        return ClientCredentials(
            token_url=self.sasl_oauth_token_url,
            client_id=client_id,
            client_secret=secret,
            scope=self.sasl_oauth_scope,
            ca_file=self.sasl_oauth_ssl_ca_file,
            timeout_s=self.connect_timeout_s,
        )

    @property
    def topics(self) -> TopicNames:
        """The names of all topics, prefix included."""
        prefix = self.topic_prefix
        inputs = {
            kind: [prefix + name for name in split_names(names)]
            for kind, names in (
                (EventType.CONSENT_CHANGE, self.topic_consent_change),
                (EventType.PURCHASE, self.topic_purchase),
                (EventType.DATA_SHARE, self.topic_data_share),
                (EventType.MARKETING_MESSAGE, self.topic_marketing_message),
                (EventType.RECIPIENT_NOTIFICATION, self.topic_recipient_notification),
            )
        }
        return TopicNames(
            consent_change=inputs[EventType.CONSENT_CHANGE][0],
            purchase=inputs[EventType.PURCHASE][0],
            data_share=inputs[EventType.DATA_SHARE][0],
            marketing_message=inputs[EventType.MARKETING_MESSAGE][0],
            recipient_notification=inputs[EventType.RECIPIENT_NOTIFICATION][0],
            rekeyed=prefix + self.topic_rekeyed,
            ticks=prefix + self.topic_ticks,
            violations=prefix + self.topic_violations,
            duties=prefix + self.topic_duties,
            dead_letters=prefix + self.topic_dead_letters,
            quarantine=prefix + self.topic_quarantine,
            alert_state=prefix + self.topic_alert_state,
            ingest_rejects=prefix + self.topic_ingest_rejects,
            ingest_replay=prefix + self.topic_ingest_replay,
            control=prefix + self.topic_control,
            commands=prefix + self.topic_commands,
            command_results=prefix + self.topic_command_results,
            delivery_dead_letters=prefix + self.topic_delivery_dead_letters,
            changelog=f"{self.group_id}-{SUBJECT_TABLE}-changelog",
            further={name: kind for kind, names in inputs.items() for name in names[1:]},
            raw={name: f"{prefix}{self.topic_raw}{name}" for name in self.webhooks},
        )

    @property
    def pausable_topics(self) -> frozenset[str]:
        """The inputs that are paused when too many of their records cannot be judged."""
        types = self.topics.input_types
        return frozenset(topic for topic, kind in types.items() if kind in self.dead_letter_pauses)

    @property
    def group_id(self) -> str:
        """The workers' consumer group, as Faust names it from app id and version."""
        if self.generation == 1:
            return self.application_id
        return f"{self.application_id}-v{self.generation}"

    @property
    def installation(self) -> Installation:
        """What this installation is known by."""
        return Installation(self.application_id, self.topic_prefix, self.generation)

    @property
    def store_of_worker(self) -> Path:
        """The folder in which this worker keeps state on disk."""
        return self.store_folder / self.group_id / (self.instance_id or "worker")

    def delivery_group(self, sink: str) -> str:
        """The consumer group that brings findings to a sink; a new generation goes on in it."""
        return f"{self.application_id}-delivery-{sink}"

    @property
    def ingest_group(self) -> str:
        """The consumer group that reads the sources; a new generation goes on in it."""
        return f"{self.application_id}-ingest"

    def transactional_id(self, partition: int) -> str:
        """The id of the producer that commits for one partition number."""
        return f"{self.transactional_id_prefix}{partition}"

    @property
    def control_transactional_id(self) -> str:
        """The id of the producer that writes a policy: one for the topic, so that writers exclude each other."""
        return f"{self.topics.control}-writer"

    @property
    def transactional_id_prefix(self) -> str:
        """What the transactional ids of all partition numbers begin with."""
        return f"{self.application_id}-{self.generation}-"
