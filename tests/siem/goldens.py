"""The golden files of the formats: python -m tests.siem.goldens

writes `golden/` again. Read the difference before it is committed: receivers parse what
stands there, and their rules name its fields.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from streams.core.findings import OutputRecord
from streams.siem.cloudevents import KafkaRecord
from streams.siem.formats import FORMATS, Rendered
from streams.siem.producer import Language, OcsfClass, OcsfVersion, Producer
from streams.siem.rfc5424 import in_syslog
from tests.siem.lives import lives

FOLDER = Path(__file__).parent / "golden"
PRODUCER: Final = Producer(version="1.2.3", instance="consentry-test")

_ENGLISH: Final = {name: (name, PRODUCER) for name in FORMATS}
_OTHERS: Final = {
    "ocsf-1.5": ("ocsf", Producer(version="1.2.3", ocsf_version=OcsfVersion.V1_5)),
    "ocsf-data-security": (
        "ocsf",
        Producer(version="1.2.3", ocsf_class=OcsfClass.DATA_SECURITY),
    ),
    "rfc5424-nl": ("rfc5424", Producer(version="1.2.3", language=Language.NL)),
}
GOLDEN: Final = _ENGLISH | _OTHERS


def golden(name: str) -> str:
    """The text of a golden file as the code makes it now: each life, then its form."""
    form, producer = GOLDEN[name]
    return "".join(
        f"# {life}\n{_shown(FORMATS[form](record, producer))}\n\n"
        for life, record in lives().items()
    )


def cef_in_syslog() -> str:
    """CEF with the header that the syslog sink puts before it."""
    return "".join(
        f"# {life}\n{in_syslog(_line(record), record, PRODUCER)}\n\n"
        for life, record in lives().items()
    )


def _line(record: OutputRecord) -> str:
    rendered = FORMATS["cef"](record, PRODUCER)
    assert isinstance(rendered, str)
    return rendered


def _shown(rendered: Rendered) -> str:
    if isinstance(rendered, str):
        return rendered
    if isinstance(rendered, KafkaRecord):
        headers = "".join(f"{name}: {value.decode()}\n" for name, value in rendered.headers)
        value = json.dumps(json.loads(rendered.value), ensure_ascii=False, indent=1)
        return f"{headers}key: {rendered.key.decode()}\n{value}"
    return json.dumps(rendered, ensure_ascii=False, indent=1)


def files() -> dict[str, str]:
    """Every golden file by its name."""
    return {f"{name}.txt": golden(name) for name in GOLDEN} | {"cef-in-syslog.txt": cef_in_syslog()}


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, "utf-8")
