from __future__ import annotations

from pathlib import Path

import pytest

from streams.alerts.options import AlertOptions
from streams.core.vocabulary import Severity
from streams.delivery.alert_options import read_alert_options
from streams.errors import ConsentryError
from streams.sinks.load import configured

SINKS = """
[sinks.pager]
type = "alertmanager"
url = "http://127.0.0.1:9093"

[sinks.siem]
type = "file"
path = "findings.jsonl"
"""

GOOD = """
[alerts]
language = "nl"
window_s = 600

[[alerts.routes]]
name = "page"
sinks = ["pager"]
severities = ["CRITICAL", "HIGH"]
hold_down_s = 60

[[alerts.waivers]]
codes = ["NO_CONSENT"]
reason = "Migration"
owner = "Privacy office"
expires = 2026-12-31T00:00:00Z

[[alerts.quiet]]
begin = 22:00:00
end = 07:00:00

[alerts.silence]
sinks = ["pager"]
after_s = { "consent-change" = 3600 }
"""


def read(folder: Path, text: str) -> AlertOptions:
    config = folder / "consentry.toml"
    config.write_text(SINKS + text, "utf-8")
    return read_alert_options(config, {}, sinks=configured(config, {}))


def test_the_whole_table_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found.routes[0].severities == (Severity.CRITICAL, Severity.HIGH)
    assert found.waivers[0].expires_at == 1_798_675_200_000
    assert found.sink_names() == {"pager"}


def test_without_a_table_nobody_is_notified(tmp_path: Path) -> None:
    assert read(tmp_path, "") == AlertOptions()
    assert read_alert_options(None, {}) == AlertOptions()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('name = "page"', "", "consentry.toml, alerts.routes[1].name: is missing (line 14)"),
        (
            "hold_down_s = 60",
            "hold_down = 60",
            "consentry.toml, alerts.routes[1].hold_down: there is no such key; did you mean hold",
        ),
        ('"HIGH"', '"HIHG"', "consentry.toml, alerts.routes[1].severities[2]: should be"),
        ('["pager"]\nsev', '["pagre"]\nsev', "alerts.routes[1].sinks: there is no sink pagre; there are pager, siem (line 16)"),
        ('["pager"]\nsev', '["siem"]\nsev', "siem takes findings, not alerts"),
        ('"NO_CONSENT"', '"NO_CONSNT"', "alerts.waivers[1].codes[1]: there is no such code"),
        ('codes = ["NO_CONSENT"]', "", "alerts.waivers[1]: a waiver names codes, recipients"),
        ("expires = 2026-12-31T00:00:00Z", "expires = 2026-12-31T00:00:00",
         "alerts.waivers[1].expires: should have timezone info"),
        ("window_s = 600", "window_s = 0", "consentry.toml, alerts.window_s: should be"),
        ("window_s = 600", 'time_zone = "Amsterdam"', "alerts.time_zone: there is no such time"),
        ('"consent-change"', '"consents"', "alerts.silence.after_s.consents"),
        ('[alerts]\nlanguage = "nl"\nwindow_s = 600', "[[alerts]]", "must be a table [alerts]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_table_and_key(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert before in GOOD
    text = GOOD.replace(before, after, 1) if after != "[[alerts]]" else "\n[[alerts]]\nname = 1\n"
    with pytest.raises(ConsentryError) as caught:
        read(tmp_path, text)
    assert said in caught.value.problem
    assert "docs/alerts.md" in caught.value.remedy


def test_what_stands_in_the_file_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(ConsentryError) as caught:
        read(tmp_path, GOOD.replace('language = "nl"', 'language = "piet@example.org"'))
    assert "piet" not in caught.value.problem
