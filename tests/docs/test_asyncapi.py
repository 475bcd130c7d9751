"""schemas/asyncapi.json says what the catalogue and the schemas say, and is valid AsyncAPI."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from streams.cli.main import main
from streams.settings import Settings
from streams.topics import all_topics
from streams.wire.schemas import schemas
from tests.clients.registry.readers import node_script
from tests.docs.asyncapi import FILE, document, text

Change = Callable[[dict[str, Any]], object]

WRONG: dict[str, Change] = {
    "no info": lambda found: found.pop("info"),
    "an address that is a number": lambda found: found["channels"]["purchase"].update(address=3),
    "an action of another version": lambda found: found["operations"]["receive-purchase"].update(
        action="publish"
    ),
    "a channel that is not there": lambda found: found["operations"]["receive-purchase"][
        "channel"
    ].update({"$ref": "#/channels/none"}),
    "a schema that is none": lambda found: found["components"]["messages"]["purchase"]["payload"][
        "schema"
    ].update(type="recordd"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the parser of the AsyncAPI initiative says of the document, and of changed ones."""
    script = node_script("validate_asyncapi.js", "@asyncapi/parser")
    folder = tmp_path_factory.mktemp("asyncapi")
    files = []
    for number, change in enumerate((lambda _: None, *WRONG.values())):
        changed = copy.deepcopy(document())
        change(changed)
        file = folder / f"{number}.json"
        file.write_text(json.dumps(changed))
        files.append(str(file))
    done = subprocess.run([*script, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip(("ours", *WRONG), found, strict=True))


def test_it_is_current() -> None:
    assert FILE.read_text("utf-8") == text(), "run: python -m tests.docs.asyncapi"


def test_it_has_every_topic_and_every_schema() -> None:
    found = document()
    topics = all_topics(Settings())
    assert set(found["channels"]) == {topic.name for topic in topics}
    assert set(schemas().current) <= set(found["components"]["messages"])
    sends = {one["channel"]["$ref"].rpartition("/")[2] for one in found["operations"].values()
             if one["action"] == "send"}  # fmt: skip
    assert "consentry.violations" in sends
    assert not sends & set(Settings().topics.inputs.values())


def test_it_is_valid(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["ours"] == {"channels": len(all_topics(Settings())), "errors": []}


@pytest.mark.parametrize("name", WRONG)
def test_the_parser_notices_what_is_wrong(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name]["errors"]


def test_the_command_prints_it_for_other_settings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", "test.")
    monkeypatch.setenv("CONSENTRY_OUTPUT_FORMAT", "cloudevents")
    assert main(["topics", "asyncapi"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "test.purchase" in found["channels"]
    assert "CloudEvent" in found["channels"]["test.consentry.violations"]["x-value"]
