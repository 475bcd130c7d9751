"""Sinks behind optional extras: Sentinel and apprise."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from streams.errors import ConsentryError
from streams.sinks.apprise import AppriseOptions, texts
from streams.sinks.contract import DELIVERED, DeliveryStatus, SinkDown
from streams.sinks.sentinel import SentinelOptions
from tests.sinks.benches import options
from tests.sinks.http_receiver import HttpReceiver
from tests.sinks.loads import alert, alerts, in_loop, updates
from tests.sinks.real import free_port
from tests.sinks.siem_receivers import SentinelReceiver

CREDENTIAL = SentinelOptions.credential
"""The real one: the other tests have none of Entra."""


def port(receiver: HttpReceiver) -> int:
    return int(receiver.url.rpartition(":")[2])


@in_loop
async def test_a_row_that_azure_refuses_is_rejected_alone(tmp_path: Path) -> None:
    async with SentinelReceiver() as receiver:
        given = updates(findings=5)
        receiver.unreadable = {given[3].uid, given[9].uid}
        sink = options("sentinel", tmp_path, port(receiver), batch_max_bytes=8_000).open()
        outcomes = await sink.send(given)
        await sink.close()
        rejected = {
            given[at].uid
            for at, one in enumerate(outcomes)
            if one.verdict is DeliveryStatus.REJECTED
        }
        assert rejected == receiver.unreadable
        taken = {row["consentry_uid"] for row in receiver.rows}
        assert taken == {update.uid for update in given} - rejected


@in_loop
async def test_azure_that_gives_no_token_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from azure.core.exceptions import ClientAuthenticationError

    class Refusing:
        async def get_token(self, *_: str) -> None:
            raise ClientAuthenticationError("AADSTS7000215: s3cret-Word")

        async def close(self) -> None:
            """Nothing is held."""

    monkeypatch.setattr(SentinelOptions, "credential", lambda _: Refusing())
    sink = options("sentinel", tmp_path, free_port()).open()
    with pytest.raises(SinkDown, match="no token") as caught:
        await sink.send(updates())
    assert caught.value.lasting
    assert "s3cret-Word" not in caught.value.problem
    assert not (await sink.check())[0].ok
    await sink.close()


@in_loop
async def test_what_is_no_tenant_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SentinelOptions, "credential", CREDENTIAL)
    app = {"client_secret": "s3cret-Word", "client_id": "an app", "tenant_id": "no tenant"}
    sink = options("sentinel", tmp_path, free_port(), **app).open()
    (check,) = await sink.check()
    assert (check.ok, check.answer) == (False, "Azure gives no token: ValueError")
    await sink.close()


@pytest.mark.parametrize("key", ["client_secret", "client_id", "tenant_id"])
def test_who_logs_in_at_azure_is_said_whole(tmp_path: Path, key: str) -> None:
    """Else the host would log in in the place of an app whose secret was forgotten."""
    app = {"client_secret": "s3cret-Word", "client_id": "app", "tenant_id": "tenant"}
    del app[key]
    with pytest.raises(ValidationError, match=r"tenant_id"):
        options("sentinel", tmp_path, 1, **app)


class AppriseReceiver(HttpReceiver):
    """What apprise's `json://` posts to."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []

    async def take(self, request: Any, body: bytes) -> Any:
        from aiohttp import web

        assert request.method == "POST"
        self.messages.append(json.loads(body))
        return web.Response()


def apprise(where: int) -> Any:
    return AppriseOptions.model_validate(
        {"type": "apprise", "url": f"json://127.0.0.1:{where}/x", "timeout_s": 10}
    ).open()


@in_loop
async def test_apprise_sends_each_message() -> None:
    async with AppriseReceiver() as receiver:
        sink = apprise(port(receiver))
        assert set(await sink.send(alerts())) == {DELIVERED}
        assert [one["title"] for one in receiver.messages] == [texts(one)[0] for one in alerts()]
        assert alert().action in receiver.messages[0]["message"]
        receiver.fault = 503
        with pytest.raises(SinkDown, match="apprise"):
            await sink.send([alert()])
        assert (await sink.check())[0].ok
        await sink.close()
    with pytest.raises(SinkDown, match="apprise"):
        await apprise(free_port()).send([alert()])


@pytest.mark.parametrize("url", ["none://s3cret-Word", "slack://s3cret-Word/ok"])
def test_a_url_that_apprise_does_not_know(url: str, caplog: pytest.LogCaptureFixture) -> None:
    unknown = AppriseOptions.model_validate({"type": "apprise", "url": url})
    with pytest.raises(ConsentryError, match="does not know") as caught:
        unknown.open()
    assert "s3cret-Word" not in caught.value.problem + caplog.text


@pytest.mark.parametrize(
    ("kind", "package"), [("sentinel", "azure-identity"), ("apprise", "apprise")]
)
def test_without_the_extra_it_says_which_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, package: str
) -> None:
    made = (
        options("sentinel", tmp_path, 1)
        if kind == "sentinel"
        else AppriseOptions.model_validate({"type": "apprise", "url": "json://127.0.0.1"})
    )
    really = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] in ("azure", "apprise"):
            raise ImportError(name)
        return really(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ConsentryError) as caught:
        made.open()
    assert package in caught.value.problem
    assert f"consentry[{kind}]" in caught.value.remedy
