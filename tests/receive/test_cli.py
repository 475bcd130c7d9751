"""`consentry receive` before it runs: what stops it, with which exit code and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli.main import main
from streams.cli.receive import require_topics
from streams.errors import ConsentryError
from streams.receive.load import Receiving
from streams.receive.options import ReceiveOptions
from streams.settings import Settings
from tests.receive.senders import SECRETS, secret_files
from tests.receive.serving import sources
from tests.sinks.real import free_port


def config(folder: Path, lines: str = "") -> str:
    [file, _] = secret_files(folder, SECRETS)
    path = folder / "consentry.toml"
    path.write_text(
        f'brokers = "127.0.0.1:{free_port()}"\nconnect_timeout_s = 0.2\n'
        f'[receive.sources.crm]\nscheme = "bearer"\nsecret_files = ["{file}"]\n{lines}',
        "utf-8",
    )
    return str(path)


def test_without_a_source_there_is_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["receive"]) == 2
    assert "[receive.sources.NAME]" in capsys.readouterr().err


def test_a_table_that_is_wrong_stops_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["receive", "--config", config(tmp_path, 'token = "hunter2"\n')]) == 2
    said = capsys.readouterr().err
    assert "receive.sources.crm.token" in said
    assert "hunter2" not in said


def test_without_a_broker_it_asks_to_be_started_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["receive", "--config", config(tmp_path)]) == 70
    assert "127.0.0.1" in capsys.readouterr().err


def test_a_source_that_the_settings_leave_out_is_named(tmp_path: Path) -> None:
    receiving = Receiving(ReceiveOptions(), sources(tmp_path, {"crm": {"scheme": "bearer"}}))
    with pytest.raises(ConsentryError, match="does not name crm"):
        require_topics(Settings(webhooks=("shop",)), receiving)
