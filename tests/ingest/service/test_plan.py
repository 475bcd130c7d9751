"""The table [ingest]: what it may say, and that everything wrong in it is said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.core.instants import parse_instant
from streams.errors import ConsentryError
from streams.ingest.service.plan import read_plan
from streams.ingest.service.sources import IngestPlan, SourceFraming
from streams.settings import Settings
from tests.ingest.maps import HEAD, PLAIN

GOOD = """
[ingest]
key_file = "key"
controller_id = "OURCO"
identities_file = "people.csv"

[ingest.sources.crm]
topics = ["crm.consent", "crm.consent.v2"]
map = "crm"
begin = 2026-11-01T00:00:00+01:00

[ingest.sources.mail]
topics_matching = 'mail\\..*'
map = "onetrust"
framing = "registry"
"""


def plan(folder: Path, text: str, **settings: Any) -> IngestPlan:
    (folder / "key").write_bytes(b"k" * 32)
    (folder / "short").write_bytes(b"k")
    (folder / "people.csv").write_text("customer-id,email\np1-a,p1-b\n")
    (folder / "crm").mkdir(exist_ok=True)
    (folder / "crm" / "map.toml").write_text(HEAD + PLAIN)
    (folder / "decoded").mkdir(exist_ok=True)
    (folder / "decoded" / "map.toml").write_text(HEAD + 'format = "value"\n' + PLAIN)
    file = folder / "consentry.toml"
    file.write_text(text)
    return read_plan(file, Settings(registry_url="http://registry", **settings))


def test_a_table_that_is_sound(tmp_path: Path) -> None:
    found = plan(tmp_path, GOOD)
    crm, mail = found.sources
    assert crm.topics == ("crm.consent", "crm.consent.v2")
    assert crm.begin == parse_instant("2026-10-31T23:00:00Z")
    assert mail.framing is SourceFraming.REGISTRY
    assert mail.begin is None
    assert found.identities.canonical(["p1-b"]) == "p1-a"
    assert found.compression == "none"


@pytest.mark.parametrize(
    ("topic", "source"),
    [
        ("crm.consent", "crm"),
        ("crm.consent.v2", "crm"),
        ("mail.events", "mail"),
        ("mail", None),
        ("xmail.events", None),
        ("crm.consent.v20", None),
    ],
)
def test_the_source_of_a_topic(tmp_path: Path, topic: str, source: str | None) -> None:
    found = plan(tmp_path, GOOD).source_of(topic)
    assert (None if found is None else found.name) == source
    pattern = plan(tmp_path, GOOD).pattern(Settings().topics)
    assert (pattern.match(topic) is not None) == (source is not None)


def test_a_pattern_takes_of_our_own_topics_only_what_is_mapped_again(tmp_path: Path) -> None:
    text = GOOD.replace("'mail\\..*'", "'.*'").replace('identities_file = "people.csv"',
                                                       'identities_topic = "people"')  # fmt: skip
    names = Settings().topics
    pattern = plan(tmp_path, text).pattern(names)
    own = [*names.every(), "people", "__consumer_offsets"]
    assert [topic for topic in own if pattern.match(topic)] == [names.ingest_replay]
    assert pattern.match("purchase-of-others")
    assert pattern.match("consentry.raw.mail")


def test_a_named_topic_goes_before_a_pattern_and_two_patterns_are_rivals(tmp_path: Path) -> None:
    text = GOOD.replace('topics = ["crm.consent", "crm.consent.v2"]',
                        "topics = [\"mail.named\"]\ntopics_matching = 'mail\\.e.*'")  # fmt: skip
    found = plan(tmp_path, text)
    named = found.source_of("mail.named")
    assert named is not None
    assert named.name == "crm"
    assert found.rivals(["mail.named", "mail.x", "mail.events"]) == {"mail.events": ("crm", "mail")}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[ingest]", "[ingest]\nkeyfile = 1", "consentry.toml:3: ingest.keyfile: there is no such"),
        ("[ingest]", "[ingest]\nkeyfile = 1", "did you mean key_file?"),
        ("sources.mail]", "sources.ingest-replay]", "ingest-replay: Consentry counts records that"),
        ('"key"', '"missing"', "cannot be read"),
        ('"key"', '"short"', "fewer than"),
        ('"key"', "12", "ingest.sources.crm.key_file: allowed: the path of"),
        ('map = "crm"', 'map = "none"', "there is no map none"),
        ('map = "crm"', "", "ingest.sources.crm.map: allowed: the folder of a map"),
        ('map = "crm"', 'map = "decoded"', "ingest.sources.crm.framing: the format of its map"),
        ('"registry"', '"raw"', "ingest.sources.mail.framing: allowed: one of plain, registry"),
        ("2026-11-01T00:00:00+01:00", "2026-11-01T00:00:00", "ingest.sources.crm.begin: allowed"),
        ("2026-11-01T00:00:00+01:00", '"latest"', "ingest.sources.crm.begin: allowed"),
        ("'mail\\..*'", "'mail\\.('", "topics_matching: allowed: a regular expression"),
        ("'mail\\..*'", "''", "topics_matching: allowed: a regular expression"),
        ('"crm.consent",', '"crm consent",', "topics[1]: allowed: the name of a topic"),
        ('"crm.consent",', '"purchase",', "it is a topic of Consentry's own"),
        ('["crm.consent", "crm.consent.v2"]', "[]", "name its topics: topics or topics_matching"),
        ('["crm.consent", "crm.consent.v2"]', '"crm"', "topics: allowed: names of topics"),
        ("[ingest.sources.mail]", "[ingest.sources.Mail]", "a name has at most 40 small letters"),
        ('identities_file = "people.csv"', 'identities_file = "none.csv"', "none.csv cannot be"),
        ("[ingest]", '[ingest]\nidentities_topic = "people"', "identities_file is given too"),
        ("[ingest]", '[ingest]\ncompression = "lzma"', "ingest.compression: allowed: one of none"),
        ("topics_matching = 'mail\\..*'", 'topics = ["crm.consent"]',
         'ingest.sources.mail.topics is "crm.consent": the source crm reads it too'),
        ("[ingest.sources.mail]", "[other.mail]", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if not problem:
        assert len(plan(tmp_path, text).sources) == 1
        return
    with pytest.raises(ConsentryError) as raised:
        plan(tmp_path, text)
    assert problem in raised.value.problem


def test_everything_is_said_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('map = "crm"', 'map = "none"').replace('"registry"', '"raw"')
    with pytest.raises(ConsentryError) as raised:
        plan(tmp_path, text)
    assert len(raised.value.problem.split("\n")) == 3


@pytest.mark.parametrize("text", ["", "ingest = 1", "[ingest]", "[ingest.sources]", "ingest ="])
def test_a_file_without_sources(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConsentryError):
        plan(tmp_path, text)


def test_no_file() -> None:
    with pytest.raises(ConsentryError, match="no settings file"):
        read_plan(None, Settings())
    with pytest.raises(ConsentryError, match="cannot be read"):
        read_plan(Path("none.toml"), Settings())


def test_registry_framing_needs_a_registry(tmp_path: Path) -> None:
    plan(tmp_path, GOOD)
    with pytest.raises(ConsentryError, match="registry_url is not set"):
        read_plan(tmp_path / "consentry.toml", Settings())
