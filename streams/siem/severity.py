"""How a severity is said on every scale: one table for all formats.

CRITICAL to LOW are the violations. The other three are none, and have a place as well:

OBLIGATION  as LOW: a duty with a deadline. Nothing is wrong yet and somebody has to act;
            when nobody does, RECIPIENT_NOT_NOTIFIED follows with HIGH.
QUALITY     as LOW: an event that could not be judged may hide a violation, so somebody has
            to correct its producer.
ADVISORY    informational: a consent with a defect that nobody has relied on yet.
"""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.vocabulary import Severity


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """One severity on the scales of the formats."""

    level: str
    """In one word, for tools that know five: critical, high, medium, low, info."""
    ocsf: int
    """`severity_id`: 1 Informational to 5 Critical."""
    ocsf_caption: str
    syslog: int
    """RFC 5424, table 2: 2 critical, 3 error, 4 warning, 5 notice, 6 informational."""
    cef: int
    """0 to 10; 7 and more is high, 9 and more very high. LEEF's `sev` is the same number."""
    ecs: int
    """0 to 100: the scores that Elastic gives its own four severities, 99, 73, 47 and 21."""
    otel: int
    """The severity number of OpenTelemetry, which CloudEvents took over: one a severity."""


WEIGHTS: Final[dict[Severity, Weight]] = {
    Severity.CRITICAL: Weight(
        level="critical", ocsf=5, ocsf_caption="Critical", syslog=2, cef=10, ecs=99, otel=21
    ),
    Severity.HIGH: Weight(
        level="high", ocsf=4, ocsf_caption="High", syslog=3, cef=8, ecs=73, otel=17
    ),
    Severity.MEDIUM: Weight(
        level="medium", ocsf=3, ocsf_caption="Medium", syslog=4, cef=5, ecs=47, otel=13
    ),
    Severity.LOW: Weight(level="low", ocsf=2, ocsf_caption="Low", syslog=5, cef=3, ecs=21, otel=12),
    Severity.OBLIGATION: Weight(
        level="low", ocsf=2, ocsf_caption="Low", syslog=5, cef=3, ecs=21, otel=11
    ),
    Severity.QUALITY: Weight(
        level="low", ocsf=2, ocsf_caption="Low", syslog=5, cef=3, ecs=21, otel=10
    ),
    Severity.ADVISORY: Weight(
        level="info", ocsf=1, ocsf_caption="Informational", syslog=6, cef=1, ecs=10, otel=9
    ),
}

CLOSED: Final = WEIGHTS[Severity.ADVISORY]
"""How a closing line weighs in CEF, LEEF and syslog, where rules look at the number of the
line alone: that a critical finding was retracted must not page anybody. The finding's own
severity stands beside it. Formats with a status of the finding keep its severity."""
