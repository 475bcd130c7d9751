"""All seven severities have their place on every scale."""

from __future__ import annotations

import msgspec
import pytest

from streams.core.vocabulary import Severity, Status
from streams.siem.cef import cef
from streams.siem.cloudevents import binary
from streams.siem.ecs import ecs
from streams.siem.flat import flat
from streams.siem.leef import leef
from streams.siem.ocsf import ocsf
from streams.siem.producer import Producer
from streams.siem.rfc5424 import rfc5424
from streams.siem.severity import WEIGHTS
from tests.siem.goldens import PRODUCER
from tests.siem.lives import finding_life
from tests.siem.readers import read_cef, read_leef, read_rfc5424

OPEN, _, CLOSED, _ = finding_life()

# severity: OCSF, syslog, CEF and LEEF, ECS, OpenTelemetry
TABLE = {
    Severity.CRITICAL: (5, 2, 10, 99, 21),
    Severity.HIGH: (4, 3, 8, 73, 17),
    Severity.MEDIUM: (3, 4, 5, 47, 13),
    Severity.LOW: (2, 5, 3, 21, 12),
    Severity.OBLIGATION: (2, 5, 3, 21, 11),
    Severity.QUALITY: (2, 5, 3, 21, 10),
    Severity.ADVISORY: (1, 6, 1, 10, 9),
}


@pytest.mark.parametrize("severity", Severity)
def test_a_severity_in_every_format(severity: Severity) -> None:
    record = msgspec.structs.replace(OPEN, severity=severity)
    of_ocsf, of_syslog, of_cef, of_ecs, of_otel = TABLE[severity]
    assert ocsf(record, PRODUCER)["severity_id"] == of_ocsf
    assert ocsf(record, PRODUCER)["compliance"]["checks"][0]["severity_id"] == of_ocsf
    assert read_rfc5424(rfc5424(record, PRODUCER)).priority == 13 * 8 + of_syslog
    assert read_cef(cef(record, PRODUCER)).header[5] == str(of_cef)
    assert read_cef(cef(record, PRODUCER)).extension["cs3"] == severity.value
    assert read_leef(leef(record, PRODUCER)).attributes["sev"] == str(of_cef)
    assert ecs(record, PRODUCER)["event"]["severity"] == of_ecs
    assert flat(record, PRODUCER)["consentry.severity"] == severity.value
    headers = dict(binary(record, PRODUCER).headers)
    assert headers["ce_severitynumber"] == str(of_otel).encode()
    assert headers["ce_severitytext"] == severity.value.encode()


def test_the_scales_agree_on_the_order() -> None:
    for scale in ("ocsf", "cef", "ecs", "otel"):
        numbers = [getattr(WEIGHTS[severity], scale) for severity in TABLE]
        assert numbers == sorted(numbers, reverse=True), scale
    assert [w.syslog for w in WEIGHTS.values()] == sorted(w.syslog for w in WEIGHTS.values())
    assert len({w.otel for w in WEIGHTS.values()}) == len(Severity)


@pytest.mark.parametrize("severity", Severity)
def test_a_closing_line_pages_nobody(severity: Severity) -> None:
    record = msgspec.structs.replace(CLOSED, severity=severity, status=Status.RETRACTED)
    assert read_rfc5424(rfc5424(record, PRODUCER)).priority % 8 == 6
    assert read_cef(cef(record, PRODUCER)).header[5] == "1"
    assert read_leef(leef(record, PRODUCER)).attributes["sev"] == "1"
    assert ocsf(record, PRODUCER)["is_alert"] is False
    assert ecs(record, PRODUCER)["event"]["kind"] == "event"
    # What the finding weighed stays known.
    assert read_cef(cef(record, PRODUCER)).extension["cs3"] == severity.value
    assert ocsf(record, PRODUCER)["severity_id"] == TABLE[severity][0]


def test_only_elevated_severities_are_alerts_in_ocsf() -> None:
    alerts = {
        severity
        for severity in Severity
        if ocsf(msgspec.structs.replace(OPEN, severity=severity), PRODUCER)["is_alert"]
    }
    assert alerts == {Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM}


@pytest.mark.parametrize("facility", [0, 16, 23])
def test_the_facility_of_syslog(facility: int) -> None:
    message = rfc5424(OPEN, Producer(version="1", syslog_facility=facility))
    assert read_rfc5424(message).priority == facility * 8 + 3


@pytest.mark.parametrize("facility", [-1, 24])
def test_a_facility_that_syslog_cannot_write(facility: int) -> None:
    with pytest.raises(ValueError, match="0 to 23"):
        Producer(version="1", syslog_facility=facility)


@pytest.mark.parametrize("number", [0, 2**32])
def test_an_enterprise_number_that_there_cannot_be(number: int) -> None:
    with pytest.raises(ValueError, match="32 bits"):
        Producer(version="1", enterprise_number=number)
