"""The kinds of sinks: what `type` may be."""

from __future__ import annotations

from typing import Final

from streams.sinks.alertmanager import AlertmanagerOptions
from streams.sinks.apprise import AppriseOptions
from streams.sinks.elasticsearch import ElasticsearchOptions
from streams.sinks.file import FileOptions
from streams.sinks.kafka import KafkaOptions
from streams.sinks.options import SinkOptions
from streams.sinks.pagerduty import PagerDutyOptions
from streams.sinks.relp import RelpOptions
from streams.sinks.sentinel import SentinelOptions
from streams.sinks.slack import SlackOptions
from streams.sinks.splunk_hec import SplunkHecOptions
from streams.sinks.syslog import SyslogOptions
from streams.sinks.webhook import WebhookOptions

KINDS: Final[dict[str, type[SinkOptions]]] = {
    "file": FileOptions,
    "webhook": WebhookOptions,
    "splunk_hec": SplunkHecOptions,
    "elasticsearch": ElasticsearchOptions,
    "syslog": SyslogOptions,
    "relp": RelpOptions,
    "kafka": KafkaOptions,
    "alertmanager": AlertmanagerOptions,
    "pagerduty": PagerDutyOptions,
    "slack": SlackOptions,
    "sentinel": SentinelOptions,
    "apprise": AppriseOptions,
}
"""By the word that stands behind `type`; the options open the sink."""
