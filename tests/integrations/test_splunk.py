"""Splunk's files parse, and name fields, source types and articles as we write them."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from streams.core.vocabulary import Severity
from streams.siem.flat import flat
from streams.siem.severity import WEIGHTS
from tests.siem.goldens import PRODUCER
from tests.siem.lives import lives

FOLDER = Path(__file__).parents[2] / "integrations" / "splunk" / "default"
WRITTEN = {name for one in lives().values() for name in flat(one, PRODUCER)}
ALERTS = {
    "id",
    "signature",
    "severity",
    "description",
    "app",
    "type",
    "user",
    "dest",
    "vendor_product",
}
"""Fields of the CIM data model Alerts that we can fill."""


def read(name: str) -> configparser.RawConfigParser:
    """A file of Splunk's: sections of keys, nothing interpolated."""
    parser = configparser.RawConfigParser(strict=True, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys as they are
    parser.read_string((FOLDER / f"{name}.conf").read_text("utf-8"))
    return parser


def named(text: str) -> set[str]:
    """Our fields in a text."""
    return set(re.findall(r"consentry\.[a-z_]+", text.replace("\\.", ".")))


def test_every_file_parses_and_names_our_fields() -> None:
    for name in ("app", "props", "transforms", "eventtypes", "tags", "savedsearches"):
        parser = read(name)
        assert parser.sections()
        for section in parser.sections():
            for value in parser[section].values():
                assert named(value) <= WRITTEN, f"{name}.conf, [{section}]"


def test_the_check_bites() -> None:
    assert not named('"consentry.kode" AS signature') <= WRITTEN


def test_aliases_fill_the_data_model() -> None:
    flat_type = read("props")["consentry:flat"]
    filled = {
        *(
            value.rsplit(" AS ", 1)[1]
            for key, value in flat_type.items()
            if key.startswith("FIELDALIAS")
        ),
        *(key.removeprefix("EVAL-") for key in flat_type if key.startswith("EVAL-")),
    }
    assert filled >= ALERTS


SEVERITIES = {"critical", "high", "medium", "low", "informational"}
"""What the data model Alerts allows."""


def test_severities_are_those_of_the_data_model() -> None:
    written = {str(flat(one, PRODUCER)["consentry.level"]) for one in lives().values()}
    written |= {WEIGHTS[severity].level for severity in Severity}
    rule = read("props")["consentry:flat"]["EVAL-severity"]
    found = re.fullmatch(r"""if\('consentry\.level'="(\w+)", "(\w+)", 'consentry\.level'\)""", rule)
    assert found is not None
    assert {found[2] if level == found[1] else level for level in written} == SEVERITIES


def test_event_types_have_tags_and_transforms_are_used() -> None:
    tagged = {section.removeprefix("eventtype=") for section in read("tags").sections()}
    assert tagged == set(read("eventtypes").sections())
    used = {
        value
        for section in read("props").sections()
        for key, value in read("props")[section].items()
        if key.startswith("REPORT-")
    }
    assert used == set(read("transforms").sections())


def test_times_and_articles_are_found_where_we_write_them() -> None:
    import json

    transform = read("transforms")["consentry_citations"]
    for one in lives().values():
        written = flat(one, PRODUCER)
        line = json.dumps(written)
        prefix = re.search(read("props")["consentry:flat"]["TIME_PREFIX"] + "(.{24})", line)
        assert prefix is not None
        assert prefix[1] == written["consentry.detected_at"]
        articles = re.findall(transform["REGEX"], written["consentry.citations"])
        assert "; ".join(articles) == written["consentry.citations"]
