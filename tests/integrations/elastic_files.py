"""Index templates for OCSF and flat documents, from what is written: python -m tests.integrations.elastic_files."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from streams.siem.formats import FORMATS
from streams.siem.producer import OcsfClass
from tests.siem.goldens import PRODUCER
from tests.siem.lives import lives
from tests.siem.test_ecs import flattened

FOLDER = Path(__file__).parents[2] / "integrations" / "elastic"
FORMS: Final = ("flat", "ocsf")
"""Those of the formats of the sink that have no place in the data streams of ECS."""

_KEYWORD: Final = {"type": "keyword", "ignore_above": 1024}
_TEXTS: Final = {
    "consentry.message", "consentry.remediation",
    "message", "finding_info.desc", "remediation.desc", "status_detail",
}  # fmt: skip
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def fields(form: str) -> dict[str, Any]:
    """Every field that a format writes, of every life, with its mapping."""
    found: dict[str, Any] = {"event.ingested": {"type": "date"}}
    producers = [msgspec.structs.replace(PRODUCER, ocsf_class=one) for one in OcsfClass]
    for record, producer in itertools.product(lives().values(), producers):
        document = FORMATS[form](record, producer)
        assert isinstance(document, dict)
        for name, mapped in leaves(document):
            before = found.setdefault(name, mapped)
            assert before == mapped, name
    return dict(sorted(found.items()))


def leaves(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The leaves of a document; members of lists are as the list, as Elasticsearch has it."""
    for name, value in flattened(document):
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, dict):
                yield from ((f"{name}.{inner}", kind) for inner, kind in leaves(member))
            else:
                yield name, mapping(name, member)


def mapping(name: str, value: Any) -> dict[str, Any]:
    """The mapping of one field."""
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        # OCSF's own instants are milliseconds.
        is_time = re.search(r"(^|_)time$", name.rpartition(".")[2])
        return {"type": "date", "format": "epoch_millis"} if is_time else {"type": "long"}
    if isinstance(value, float):
        return {"type": "float"}
    if name in _TEXTS:
        return {"type": "text"}
    return {"type": "date"} if _INSTANT.fullmatch(value) else dict(_KEYWORD)


def template(form: str) -> dict[str, Any]:
    """An index template for ordinary indexes: documents without `@timestamp` are in no stream."""
    properties: dict[str, Any] = {}
    for name, mapped in fields(form).items():
        *parents, leaf = name.split(".")
        place = properties
        for parent in parents:
            place = place.setdefault(parent, {"properties": {}})["properties"]
        place[leaf] = mapped
    return {
        "index_patterns": [f"consentry-{form}", f"consentry-{form}-*"],
        "priority": 500,
        "template": {
            "settings": {
                "index": {"default_pipeline": "consentry", "mapping": {"ignore_malformed": False}}
            },
            "mappings": {"dynamic": False, "date_detection": False, "properties": properties},
        },
    }


def files() -> Iterator[tuple[Path, str]]:
    """Every file and what belongs into it."""
    for form in FORMS:
        content = json.dumps(template(form), indent=1) + "\n"
        yield FOLDER / f"index-template-{form}.json", content


if __name__ == "__main__":
    for path, content in files():
        path.write_text(content, "utf-8")
