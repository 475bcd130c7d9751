"""Over HTTP: what is accepted, what is refused and why, and how much of anything is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from streams.receive.counts import NO_SOURCE
from streams.receive.refusal import STATUS, RefusalReason
from tests.receive.hooks import BEARER, TABLES, shopify
from tests.receive.senders import BODY, SECRETS
from tests.receive.serving import run, serving
from tests.receive.test_http_bounds import HEAD


@run
async def test_an_accepted_one_is_written_as_it_came_and_then_acknowledged(tmp_path: Path) -> None:
    body = bytes(range(256)) * 10
    async with serving(tmp_path, TABLES) as served:
        headers = shopify(body) | {
            "X-Shopify-Webhook-Id": "w-1", "X-Forwarded-For": "192.0.2.7", "X-Other": "x",
            "Content-Type": "application/json", "X-Note": "n",
        }  # fmt: skip
        status, text, _ = await served.ask("/hooks/shop", body, **headers)
        assert (status, text) == (200, "")
        [(topic, record)] = served.written.records
        assert (topic, record.key, record.value) == ("raw.shop", b"w-1", body)
        assert record.headers == [
            ("consentry-source", b"shop"),
            ("content-type", b"application/json"),
            ("x-shopify-topic", b"customers/update"),
            ("x-note", b"n"),
        ]
        counts = served.handling.counts["shop"]
        assert (counts.accepted, counts.bytes, counts.seconds.count) == (1, len(body), 1)
        assert not counts.refused


@run
async def test_nothing_is_acknowledged_before_it_is_written(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES) as served:
        served.written.slow = asyncio.Event()
        asking = asyncio.create_task(served.ask("/hooks/crm", BODY, **BEARER))
        await asyncio.sleep(0.2)
        assert not asking.done()
        assert served.handling.in_work == 1
        served.written.slow.set()
        assert (await asking)[0] == 200


@run
async def test_while_kafka_is_away_the_sender_is_asked_to_send_again(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES) as served:
        served.written.away = True
        status, text, headers = await served.ask("/hooks/crm", BODY, **BEARER)
        assert (status, text, headers["Retry-After"]) == (503, "kafka_not_answering\n", "10")
        assert served.handling.in_work_bytes == 0


@pytest.mark.parametrize(
    ("path", "method", "headers", "reason"),
    [
        ("/hooks/none", "POST", {}, RefusalReason.PATH),
        ("/", "POST", {}, RefusalReason.PATH),
        ("/hooks/crm/", "POST", BEARER, RefusalReason.PATH),
        ("/hooks/crm/x", "POST", BEARER, RefusalReason.PATH),
        ("/hooks/crm", "GET", BEARER, RefusalReason.METHOD),
        ("/hooks/crm", "PUT", BEARER, RefusalReason.METHOD),
        ("/hooks/crm", "OPTIONS", BEARER, RefusalReason.METHOD),
        ("/hooks/crm", "POST", {}, RefusalReason.MISSING),
        ("/hooks/crm", "POST", {"Authorization": "Bearer wrong"}, RefusalReason.CREDENTIALS),
        ("/hooks/list/wrong", "POST", {}, RefusalReason.CREDENTIALS),
        ("/hooks/shop", "POST", {}, RefusalReason.MISSING),
        ("/hooks/shop", "POST", {"X-Shopify-Hmac-Sha256": "AAAA"}, RefusalReason.SIGNATURE),
        ("/hooks/crm", "POST", BEARER | {"Content-Encoding": "br"}, RefusalReason.ENCODING),
        ("/hooks/crm", "POST", BEARER | {"Content-Encoding": "gzip, gzip"}, RefusalReason.ENCODING),
        ("/hooks/crm", "POST", BEARER | {"Content-Encoding": "gzip"}, RefusalReason.NOT_DECODED),
        (
            "/hooks/crm",
            "POST",
            BEARER | {"Content-Type": "x" * 5000},
            RefusalReason.HEADERS_TOO_LARGE,
        ),
    ],
)
@run
async def test_it_is_refused_and_counted_by_source_and_reason(
    tmp_path: Path, path: str, method: str, headers: dict[str, str], reason: RefusalReason
) -> None:
    async with serving(tmp_path, TABLES) as served:
        status, text, _ = await served.ask(path, BODY, method, **headers)
        assert (status, text) == (STATUS[reason], f"{reason.value}\n")
        assert served.written.records == []
        name = NO_SOURCE if reason is RefusalReason.PATH else path.split("/")[2]
        assert served.handling.counts[name].refused == {reason: 1}


@run
async def test_who_must_show_a_password_is_asked_for_it(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES) as served:
        _, _, headers = await served.ask("/hooks/mail", BODY)
        assert headers["WWW-Authenticate"].startswith("Basic ")
        _, _, headers = await served.ask("/hooks/crm", BODY)
        assert "WWW-Authenticate" not in headers
        assert headers["Server"] == "consentry"


@run
async def test_who_asks_first_gets_to_send_the_body_only_with_credentials(tmp_path: Path) -> None:
    rest = b"Content-Length: 1\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    async with serving(tmp_path, TABLES) as served:
        answer = await served.raw(HEAD + rest + b"x")
        assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
        answer = await served.raw(HEAD.replace(SECRETS[0].encode(), b"wrong") + rest)
        assert answer.startswith(b"HTTP/1.1 401 ")


@run
async def test_a_path_that_is_written_in_another_way_is_another(tmp_path: Path) -> None:
    rest = b"Content-Length: 0\r\nConnection: close\r\n\r\n"
    async with serving(tmp_path, TABLES) as served:
        for path in (
            b"/hooks/%63rm",
            b"/hooks//crm",
            b"//hooks/crm",
            b"/hooks/./crm",
            b"/HOOKS/crm",
        ):
            answer = await served.raw(HEAD.replace(b"/hooks/crm", path) + rest)
            assert answer.startswith(b"HTTP/1.1 404 "), path


@run
async def test_a_header_twice_is_refused_over_http_too(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES) as served:
        twice = (
            HEAD + HEAD.split(b"\r\n")[2] + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        assert b"400 Bad Request" in await served.raw(twice)
        assert served.handling.counts["crm"].refused == {RefusalReason.DOUBLE: 1}


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nA\r\n\r\n"]
)
@run
async def test_what_is_no_http_breaks_nothing(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path, TABLES, idle_timeout_s=0.5) as served:
        answer = await served.raw(data)
        assert answer == b"" or answer.startswith(b"HTTP/1.0 400 ")
        assert (await served.ask("/hooks/crm", BODY, **BEARER))[0] == 200
    assert caplog.text == ""


@run
async def test_no_body_no_secret_and_no_address_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with serving(tmp_path, TABLES) as served:
        broken = {"topic": "anna@example.nl"}
        served.handling._writing = broken  # type: ignore[assignment]  # fails inside
        status, text, _ = await served.ask("/hooks/crm", b"anna@example.nl", **BEARER)
        assert (status, text) == (503, "internal_error\n")
        await served.ask("/hooks/crm", b"anna@example.nl", Authorization="Bearer anna@example.nl")
    for word in ("anna", SECRETS[0], "127.0.0.1"):
        assert word not in caplog.text.replace("http://127.0.0.1", "")


@run
async def test_when_it_stops_new_ones_are_sent_away(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES) as served:
        served.handling.stopping = True
        assert (await served.ask("/hooks/crm", BODY, **BEARER))[1] == "stopping\n"


@run
async def test_a_path_token_is_asked_before_a_ping_is_answered(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES) as served:
        assert (await served.ask(f"/hooks/list/{SECRETS[0]}", method="GET"))[0] == 200
        assert (await served.ask(f"/hooks/list/{SECRETS[0]}", method="HEAD"))[0] == 200
        assert (await served.ask(f"/hooks/list/{SECRETS[0]}x", method="GET"))[0] == 401
        assert (await served.ask(f"/hooks/list/{SECRETS[1]}", BODY))[0] == 200
        assert served.handling.counts["list"].challenged == 2


@run
async def test_challenges_are_answered_and_echo_nothing_else(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(SECRETS[0])
    tables: Mapping[str, Mapping[str, Any]] = {
        "cdp": {"scheme": "bearer", "challenge": "echo"},
        "ads": {"scheme": "shopify", "challenge": "hub", "verify_token_files": [str(token)]},
    }
    hub = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={SECRETS[0]}"
    async with serving(tmp_path, tables) as served:
        status, text, headers = await served.ask("/hooks/cdp?challenge=ab-12", method="GET")
        assert (status, text, headers["X-Content-Type-Options"]) == (200, "ab-12", "nosniff")
        for query in ("", "?challenge=", "?challenge=%3Cscript%3E", "?challenge=" + "a" * 300):
            assert (await served.ask(f"/hooks/cdp{query}", method="GET"))[0] == 403, query
        assert (await served.ask(f"/hooks/ads?{hub}", method="GET"))[1] == "1158201444"
        for wrong in (hub.replace(SECRETS[0], SECRETS[1]), hub.replace("subscribe", "x"), ""):
            assert (await served.ask(f"/hooks/ads?{wrong}", method="GET"))[0] == 403
        assert (await served.ask("/hooks/ads", method="HEAD"))[0] == 405
