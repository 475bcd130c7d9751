"""The index template has a place of the right type for every field that we write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.siem.ecs import ecs
from streams.sinks.elasticsearch_removal import IDENTITY
from tests.integrations.elastic_files import FORMS, fields, files
from tests.siem.goldens import PRODUCER
from tests.siem.lives import lives
from tests.siem.test_ecs import flattened

FOLDER = Path(__file__).parents[2] / "integrations" / "elastic"
TEMPLATE = json.loads((FOLDER / "index-template.json").read_text("utf-8"))
PIPELINE = json.loads((FOLDER / "ingest-pipeline.json").read_text("utf-8"))
FITS: dict[type, set[str]] = {
    bool: {"boolean"},
    int: {"long"},
    float: {"float"},
    str: {"keyword", "text", "date"},
}


def types(mapping: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Every leaf of a mapping with its type."""
    found: dict[str, str] = {}
    for name, field in mapping["properties"].items():
        if "properties" in field:
            found |= types(field, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = field["type"]
    return found


MAPPED = types(TEMPLATE["template"]["mappings"])


def unmapped(document: dict[str, Any]) -> list[str]:
    """The fields that the template has no place for, or one of another type."""
    found = []
    for name, value in flattened(document):
        member = value[0] if isinstance(value, list) else value
        kind = str if isinstance(member, str) else type(member)
        if MAPPED.get(name) not in FITS[kind]:
            found.append(name)
    return found


@pytest.mark.parametrize("life", lives())
def test_every_field_has_its_place(life: str) -> None:
    assert unmapped(ecs(lives()[life], PRODUCER)) == []


@pytest.mark.parametrize("path", [path for path, _ in files()], ids=lambda path: path.name)
def test_templates_of_other_formats_are_current(path: Path) -> None:
    assert path.read_text("utf-8") == dict(files())[path], (
        "run: python -m tests.integrations.elastic_files"
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_identity_is_a_keyword_by_which_removals_find_it(form: str) -> None:
    assert fields(form)[IDENTITY[form]]["type"] == "keyword"


def test_the_check_bites() -> None:
    document = ecs(lives()["finding opened"], PRODUCER)
    assert unmapped(document | {"purpose": "x"}) == ["purpose"]
    assert unmapped(document | {"event": {"sequence": "1"}}) == ["event.sequence"]


def test_instants_are_dates() -> None:
    dates = {name for name, kind in MAPPED.items() if kind == "date"}
    assert dates == {
        "@timestamp",
        "consentry.due_at",
        "consentry.notified_at",
        "event.created",
        "event.end",
        "event.ingested",
        "event.start",
    }


def test_no_place_is_for_nothing() -> None:
    written = {name for one in lives().values() for name, _ in flattened(ecs(one, PRODUCER))}
    (processor,) = PIPELINE["processors"]
    assert set(MAPPED) - written - {processor["set"]["field"]} <= {"consentry.notified_at"}


def test_the_template_is_for_our_data_streams() -> None:
    for one in lives().values():
        stream = ecs(one, PRODUCER)["data_stream"]
        name = f"{stream['type']}-{stream['dataset']}-"
        assert any(pattern == f"{name}*" for pattern in TEMPLATE["index_patterns"])
    assert TEMPLATE["template"]["settings"]["index"]["default_pipeline"] == "consentry"
