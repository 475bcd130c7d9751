"""Read the table `[ingest]`: everything that is wrong is said at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping as Given
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from streams.errors import ConsentryError
from streams.ingest.connectors import find_map
from streams.ingest.identities import Identities, load_identities
from streams.ingest.load import load_map
from streams.ingest.map_spec import InputFormat, MapSpec
from streams.ingest.mapping import Mapping
from streams.ingest.service.settings_table import REMEDY, ingest_table
from streams.ingest.service.sources import (
    IngestPlan,
    IngestSource,
    SourceFraming,
    instant_of,
    name_fault,
    own_topics,
)
from streams.ingest.subjects import PseudonymKey
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.settings import Settings
from streams.settings.paths import from_file
from streams.topics.codecs import Compression
from streams.wire.pseudonym import read_key

_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_KEYS: Final = [
    "sources", "key_file", "controller_id", "identities_file", "identities_topic", "compression",
]  # fmt: skip
_SOURCE_KEYS: Final = [
    "topics", "topics_matching", "map", "framing", "begin", "key_file", "controller_id",
]  # fmt: skip
_COMPRESSIONS: Final[tuple[Compression, ...]] = ("none", "gzip", "snappy", "lz4", "zstd")


def read_plan(file: Path | None, settings: Settings) -> IngestPlan:
    """The sources of a settings file, each with its map, its key and the identity table.

    Paths are seen from the folder of the file. What stands in the file is not quoted where it
    could be a secret in the wrong place. Raises ConsentryError with everything that is wrong.
    """
    raw, place = ingest_table(file)
    reading = _Reading(Path(place.file), settings)
    plan = reading.plan(raw, place)
    found = [*map(str, reading.problems.found), *reading.elsewhere]
    if found or plan is None:
        raise ConsentryError("the sources are not usable:", REMEDY, problems=found)
    return plan


class _Reading:
    def __init__(self, file: Path, settings: Settings) -> None:
        self._file = file
        self._settings = settings
        self.problems = Problems()
        self.elsewhere: list[str] = []
        """What is wrong in maps, keys and tables, in the words of those who read them."""

    def plan(self, raw: object, place: PolicyPlace) -> IngestPlan | None:
        if not isinstance(raw, Given):
            self.problems.add(place, "the table [ingest] is missing")
            return None
        self._known(raw, place, _KEYS)
        topic = self._topic(raw.get("identities_topic"), place.child("identities_topic"))
        identities = self._identities(raw.get("identities_file"), place.child("identities_file"))
        if topic is not None and "identities_file" in raw:
            self.problems.add(place.child("identities_topic"), "identities_file is given too: "
                              "leave one out")  # fmt: skip
        compression = raw.get("compression", "none")
        if compression not in _COMPRESSIONS:
            self.problems.add(place.child("compression"),
                              f"allowed: one of {', '.join(_COMPRESSIONS)}")  # fmt: skip
            compression = "none"
        tables = raw.get("sources")
        if not isinstance(tables, Given) or not tables:
            self.problems.add(place.child("sources"), "name at least one source: "
                              "[ingest.sources.NAME]")  # fmt: skip
            return None
        sources = []
        for name, table in tables.items():
            found = self._source(name, table, place.child("sources").child(name), raw, identities)
            if found is not None:
                sources.append(found)
        self._apart(sources, place, topic)
        return IngestPlan(
            sources=tuple(sources),
            identities=identities,
            identities_topic=topic,
            compression=compression,
        )

    def _known(self, raw: Given[str, Any], place: PolicyPlace, keys: list[str]) -> None:
        for key in raw:
            if key not in keys:
                self.problems.add(place.child(key), f"there is no such key{suggestion(key, keys)}")

    def _source(
        self,
        name: str,
        raw: object,
        place: PolicyPlace,
        shared: Given[str, Any],
        identities: Identities,
    ) -> IngestSource | None:
        fault = name_fault(name)
        if fault is not None:
            self.problems.add(place, fault)
        if not isinstance(raw, Given):
            self.problems.add(place, "must be a table [ingest.sources.NAME]")
            return None
        self._known(raw, place, _SOURCE_KEYS)
        topics = self._topics(raw.get("topics", []), place.child("topics"))
        matching = self._matching(raw.get("topics_matching"), place.child("topics_matching"))
        if not topics and matching is None:
            self.problems.add(place, "name its topics: topics or topics_matching")
        framing = self._framing(raw.get("framing", SourceFraming.PLAIN), place.child("framing"))
        begin = raw.get("begin")
        if begin is not None and (not isinstance(begin, datetime) or begin.tzinfo is None):
            self.problems.add(place.child("begin"), "allowed: an instant with an offset, as "
                              "2026-11-01T00:00:00Z, without quotes")  # fmt: skip
            begin = None
        key = self._key(raw, shared, place)
        spec = self._map(raw, shared, place)
        if spec is None or key is None:
            return None
        self._agree(spec, framing, place)
        return IngestSource(
            name=name,
            topics=topics,
            matching=matching,
            mapping=Mapping(spec, key, identities),
            framing=framing,
            begin=None if begin is None else instant_of(begin),
        )

    def _agree(self, spec: MapSpec, framing: SourceFraming, place: PolicyPlace) -> None:
        if framing is SourceFraming.PLAIN and spec.format is InputFormat.VALUE:
            self.problems.add(place.child("framing"), "the format of its map is value, which a "
                              'registry decodes: set framing = "registry"')  # fmt: skip
        if framing is SourceFraming.REGISTRY and spec.format is InputFormat.FORM:
            self.problems.add(place.child("framing"), "the format of its map is form, which no "
                              "registry has")  # fmt: skip

    def _topics(self, raw: object, place: PolicyPlace) -> tuple[str, ...]:
        if not isinstance(raw, list):
            self.problems.add(place, 'allowed: names of topics, as ["crm.consent"]')
            return ()
        found = [self._topic(one, place.child(number)) for number, one in enumerate(raw)]
        return tuple(one for one in found if one is not None)

    def _topic(self, raw: object, place: PolicyPlace) -> str | None:
        if raw is None:
            return None
        if not isinstance(raw, str) or not _TOPIC.fullmatch(raw):
            self.problems.add(place, "allowed: the name of a topic")
            return None
        if raw in own_topics(self._settings.topics):
            self.problems.add(place, "it is a topic of Consentry's own", raw)
            return None
        return raw

    def _matching(self, raw: object, place: PolicyPlace) -> re.Pattern[str] | None:
        if raw is None:
            return None
        try:
            if isinstance(raw, str) and raw:
                return re.compile(raw)
        except re.error:
            pass
        self.problems.add(place, "allowed: a regular expression for whole names of topics")
        return None

    def _framing(self, raw: object, place: PolicyPlace) -> SourceFraming:
        if raw not in SourceFraming.__members__.values():
            self.problems.add(place, f"allowed: one of {', '.join(SourceFraming)}")
            return SourceFraming.PLAIN
        framing = SourceFraming(str(raw))
        if framing is SourceFraming.REGISTRY and self._settings.registry_url is None:
            self.problems.add(place, "registry_url is not set")
        return framing

    def _path(self, raw: object, place: PolicyPlace, what: str) -> Path | None:
        if isinstance(raw, str) and raw:
            return from_file(self._file, raw)
        self.problems.add(place, f"allowed: the path of {what}")
        return None

    def _key(
        self, raw: Given[str, Any], shared: Given[str, Any], place: PolicyPlace
    ) -> PseudonymKey | None:
        path = self._path(raw.get("key_file", shared.get("key_file")), place.child("key_file"),
                          "the file with the secret pseudonym key")  # fmt: skip
        if path is None:
            return None
        try:
            return PseudonymKey(read_key(path))
        except ConsentryError as error:
            self._note(error)
            return None

    def _map(
        self, raw: Given[str, Any], shared: Given[str, Any], place: PolicyPlace
    ) -> MapSpec | None:
        named = raw.get("map")
        if not isinstance(named, str) or not named:
            self.problems.add(place.child("map"), "allowed: the folder of a map, or a ready "
                              "connector")  # fmt: skip
            return None
        controller = raw.get("controller_id", shared.get("controller_id"))
        beside = from_file(self._file, named)
        try:
            path = beside if beside.exists() else find_map(named)
            return load_map(path, controller_id=controller)
        except ConsentryError as error:
            self._note(error)
            return None

    def _identities(self, raw: object, place: PolicyPlace) -> Identities:
        path = None if raw is None else self._path(raw, place, "the identity table, a CSV file")
        if path is not None:
            try:
                return load_identities(path)
            except ConsentryError as error:
                self._note(error)
        return Identities()

    def _apart(
        self, sources: list[IngestSource], place: PolicyPlace, identities: str | None
    ) -> None:
        """No topic belongs to two sources; what patterns match is known to the broker only."""
        seen: dict[str, str] = {}
        for source in sources:
            for topic in source.topics:
                at = place.child("sources").child(source.name).child("topics")
                if seen.setdefault(topic, source.name) != source.name:
                    self.problems.add(at, f"the source {seen[topic]} reads it too", topic)
                if topic == identities:
                    self.problems.add(at, "it is the topic of the identity table", topic)

    def _note(self, error: ConsentryError) -> None:
        self.elsewhere += [line.strip() for line in error.problem.split("\n")]
