"""`consentry broker` as people and scripts use it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

COMMAND = [sys.executable, "-m", "streams.cli.main", "broker"]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_at_a_signal(tmp_path: Path, end: signal.Signals) -> None:
    arguments = ["--port", "0", "--data", str(tmp_path / "data"), "--sasl", "--json"]
    program = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE)
    try:
        assert program.stdout is not None
        facts = json.loads(program.stdout.readline())
        admin = KafkaAdminClient(
            bootstrap_servers=facts["secure_brokers"],
            security_protocol="SASL_SSL",
            ssl_cafile=facts["ssl_ca_file"],
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username=facts["sasl_username"],
            sasl_plain_password=Path(facts["sasl_password_file"]).read_text("utf-8"),
        )
        assert admin.list_topics() == []
        admin.close()
        program.send_signal(end)
        assert program.wait(timeout=30) == 0
    finally:
        program.kill()
        program.communicate()
    assert "kafka.server" in (tmp_path / "data" / "kafka.log").read_text("utf-8")


def test_a_folder_made_without_a_login_has_none(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    done = subprocess.run(
        [*COMMAND, "--port", "0", "--data", str(tmp_path), "--sasl"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: the data folder")
    assert "Choose a new folder" in done.stderr
