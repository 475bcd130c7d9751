"""A client that is not installed is left out with a word, and never where all are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients import CLIENTS
from tests.clients.child import REQUIRED

OTHER_LANGUAGES = {"java": "Java compiler", "kafkajs": "node is not installed"}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with Python and nothing else."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv(REQUIRED, raising=False)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("client", "said"), OTHER_LANGUAGES.items())
def test_a_bare_machine_skips_it(client: str, said: str) -> None:
    with pytest.raises(pytest.skip.Exception, match=said), CLIENTS[client]("kafka:9092"):
        pass


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("client", "said"), OTHER_LANGUAGES.items())
def test_ci_fails_for_it(client: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match=said), CLIENTS[client]("kafka:9092"):
        pass
