"""Bearer tokens that somebody else writes into a file: read each time, and judged before use."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path

import pytest

from streams.errors import ConsentryError
from streams.settings.token_providers import for_aiokafka, for_kafka_python
from streams.settings.tokens import TokenFile, source_of


def jwt(**claims: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (jwt(exp=1_700_000_000), "expired at 2023-11-14T22:13:20+00:00"),
        ("two words", "holds no bearer token"),
        ("", "holds no bearer token"),
    ],
)
def test_a_token_in_a_file_that_is_not_good(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    with pytest.raises(ConsentryError, match="token") as caught:
        source_of(TokenFile(file)).token()
    assert said in caught.value.problem


@pytest.mark.parametrize("expires", [None, "in 600 s", "soon", 1e300])
def test_a_token_in_a_file_is_read_each_time(tmp_path: Path, expires: object) -> None:
    # By the clock of now: tests are collected long before they run.
    given = time.time() + 600 if expires == "in 600 s" else expires
    more = {} if given is None else {"exp": given}
    file = tmp_path / "token"
    source = source_of(TokenFile(file))
    for name in ("a", "b"):
        file.write_text(jwt(sub=name, **more) + "\n")
        assert source.token() == jwt(sub=name, **more)
    file.unlink()
    with pytest.raises(ConsentryError, match="No such file"):
        source.token()


def test_clients_see_a_missing_token_as_a_connection_that_fails(tmp_path: Path) -> None:
    from aiokafka.errors import KafkaConnectionError
    from kafka.errors import KafkaConnectionError as OfKafkaPython

    options = TokenFile(tmp_path / "token")
    with pytest.raises(KafkaConnectionError, match="No such file"):
        asyncio.run(for_aiokafka(options).token())
    with pytest.raises(OfKafkaPython, match="No such file"):
        for_kafka_python(options).token()
    options.path.write_text("t0ken")
    found = asyncio.run(for_aiokafka(options).token()), for_kafka_python(options).token()
    assert [f"{token}" for token in found] == ["t0ken", "t0ken"]
    assert "t0ken" not in repr(found)
