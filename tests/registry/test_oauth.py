"""Logging in at the registry with tokens of an OAuth 2.0 endpoint (client credentials)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest
from aiohttp import web
from pydantic import SecretStr, ValidationError

from streams.errors import ConsentryError, UnreachableError
from streams.registry import Access, Registry, patience
from streams.registry.tokens import RegistryTokens
from streams.settings import Settings, load_settings
from tests.delivery.standing import Standing
from tests.registry.fake import FakeRegistry, framed
from tests.registry.test_reading import own_schema

SECRET = "s3cret+Word/ %"
URL = "https://registry.example.org"
TOKENS = "https://login.example.org/oauth2/token"


class GuardedRegistry(FakeRegistry):
    """A registry that takes the token which its endpoint gave last, and no other."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0
        self.forms: list[dict[str, list[str]]] = []
        self.clients: list[tuple[str, str]] = []
        self.answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3600}
        self.faults: list[int] = []
        """Statuses that the endpoint answers with first."""
        self.refuses = False

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.path == "/token":
            return self._token(request, body)
        if request.headers.get("Authorization") != f"Bearer token-{self.given}" or self.refuses:
            return web.json_response({"error_code": 401, "message": "no"}, status=401)
        return await super().take(request, body)

    def _token(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if self.faults:
            status = self.faults.pop(0)
            return web.json_response({"error": "invalid_client", "hint": SECRET}, status=status)
        pair = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        client, secret = map(unquote_plus, pair.split(":"))
        self.clients.append((client, secret))
        self.forms.append(parse_qs(body.decode()))
        self.given += 1
        return web.json_response({"access_token": f"token-{self.given}", **self.answer})


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[GuardedRegistry]:
    """The registry and its endpoint; waits are short."""
    monkeypatch.setattr(patience, "FIRST_WAIT_S", 0.02)
    with Standing(GuardedRegistry()) as one:
        for _ in range(3):
            one.receiver.add(own_schema("purchase"))
        yield one.receiver


def registry(fake: GuardedRegistry, *, tries: int = 1, **given: Any) -> Registry:
    tokens = RegistryTokens(
        url=f"{fake.url}/token", client_id="con:sentry", secret=SecretStr(SECRET), **given
    )
    return Registry(Access(url=fake.url, tokens=tokens), tries=tries)


def ask(one: Registry, schema_id: int) -> None:
    asyncio.run(one.ensure([framed(schema_id, b"")]))


def test_a_token_is_asked_for_once_and_kept(guarded: GuardedRegistry) -> None:
    one = registry(guarded, scope="registry:read other")
    ask(one, 1)
    ask(one, 2)
    assert guarded.given == 1
    assert guarded.forms == [
        {"grant_type": ["client_credentials"], "scope": ["registry:read other"]}
    ]
    # Id and secret are encoded before they are joined (RFC 6749, 2.3.1).
    assert guarded.clients == [("con:sentry", SECRET)]


def test_an_old_token_is_not_used(
    guarded: GuardedRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded.answer["expires_in"] = 100
    one = registry(guarded)
    ask(one, 1)
    now = [0.0]
    start = asyncio.new_event_loop().time()
    monkeypatch.setattr("streams.registry.tokens.time.monotonic", lambda: start + now[0])
    now[0] = 79
    ask(one, 2)
    assert guarded.given == 1
    now[0] = 81
    guarded.faults = [503]
    ask(one, 3)
    assert (guarded.faults, guarded.given) == ([], 1), "it lives, and its endpoint is away"
    guarded.add(own_schema("purchase"))
    ask(one, 4)
    assert guarded.given == 2
    now[0] = 182
    guarded.faults = [503]
    with pytest.raises(UnreachableError):
        ask(one, 5)


def test_a_token_that_is_not_accepted_any_more_is_replaced(guarded: GuardedRegistry) -> None:
    one = registry(guarded, tries=2)
    ask(one, 1)
    guarded.given = 7  # the endpoint was changed, and the registry knows its tokens only
    ask(one, 2)
    assert guarded.given == 8


def test_a_new_token_that_is_refused_is_for_people_to_put_right(guarded: GuardedRegistry) -> None:
    guarded.refuses = True
    with pytest.raises(ConsentryError, match=r"does not accept the credentials \(status 401\)"):
        ask(registry(guarded, tries=5), 1)
    assert guarded.given == 1


def test_an_endpoint_that_is_away_is_waited_for(guarded: GuardedRegistry) -> None:
    guarded.faults = [503, 429]
    ask(registry(guarded, tries=3), 1)
    assert guarded.given == 1
    guarded.faults = [500, 500]
    with pytest.raises(UnreachableError, match=r"token endpoint .* answers with status 500"):
        ask(registry(guarded, tries=2), 2)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, r"gives no token \(status 401\): invalid_client"),
        (400, r"gives no token \(status 400\): invalid_client"),
        (404, r"gives no token \(status 404\)"),
        (302, r"gives no token \(status 302\)"),
    ],
)
def test_what_is_to_be_put_right_is_said_without_the_answer(
    guarded: GuardedRegistry, status: int, words: str
) -> None:
    guarded.faults = [status]
    with pytest.raises(ConsentryError, match=words) as caught:
        ask(registry(guarded), 1)
    assert SECRET not in f"{caught.value!r} {caught.value.problem} {caught.value.remedy}"
    assert "CONSENTRY_REGISTRY_OAUTH_CLIENT_ID" in caught.value.remedy


@pytest.mark.parametrize(
    "answer",
    [{"access_token": ""}, {"access_token": None}, {"access_token": "two words"},
     {"access_token": 7}, {"token_type": "mac"}, {"token_type": None}],
)  # fmt: skip
def test_an_answer_without_a_bearer_token(guarded: GuardedRegistry, answer: dict[str, Any]) -> None:
    guarded.answer |= answer
    with pytest.raises(ConsentryError, match="without a bearer token"):
        ask(registry(guarded), 1)


def test_nobody_at_the_endpoint() -> None:
    tokens = RegistryTokens(url="http://127.0.0.1:9/token", client_id="c", secret=SecretStr(SECRET))
    with pytest.raises(UnreachableError, match="the token endpoint"):
        ask(Registry(Access(url="http://127.0.0.1:9", tokens=tokens), tries=1), 1)


def test_settings_make_the_access_and_no_secret_shows(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    settings = load_settings(
        None,
        {},
        {
            "CONSENTRY_REGISTRY_URL": URL,
            "CONSENTRY_REGISTRY_OAUTH_TOKEN_URL": TOKENS,
            "CONSENTRY_REGISTRY_OAUTH_CLIENT_ID": "consentry",
            "CONSENTRY_REGISTRY_OAUTH_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
            "CONSENTRY_REGISTRY_OAUTH_SCOPE": "read",
            "CONSENTRY_REGISTRY_OAUTH_LOGICAL_CLUSTER": "lsrc-abc1",
            "CONSENTRY_REGISTRY_OAUTH_IDENTITY_POOL": "pool-1",
        },
    )
    access = Access.of(settings)
    assert access is not None
    assert access.tokens is not None
    assert access.tokens.secret.get_secret_value() == SECRET
    assert (access.tokens.url, access.tokens.scope) == (TOKENS, "read")
    assert access.headers == {
        "target-sr-cluster": "lsrc-abc1", "Confluent-Identity-Pool-Id": "pool-1",
    }  # fmt: skip
    assert SECRET not in repr(access) + repr(settings)


GIVEN = {
    "registry_url": URL, "registry_oauth_token_url": TOKENS, "registry_oauth_client_id": "consentry",
    "registry_oauth_client_secret": "word",
}  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"registry_url": None},
        {"registry_oauth_token_url": "http://login.example.org/token"},
        {"registry_oauth_token_url": "https://user:word@login.example.org/token"},
        {"registry_oauth_token_url": "login.example.org"},
        {"registry_oauth_token_url": "https://login.example.org:99999/token"},
        {"registry_oauth_token_url": None},
        {"registry_oauth_client_id": None},
        {"registry_oauth_client_id": ""},
        {"registry_oauth_client_secret": None},
        {"registry_oauth_client_secret": ""},
        {"registry_username": "worker", "registry_password": "word"},
        {"registry_token_file": __file__},
        {"registry_oauth_ssl_ca_file": "/nowhere/ca.pem"},
        {"registry_oauth_scope": ""},
        {"registry_oauth_logical_cluster": "a b"},
        {"registry_oauth_identity_pool": "a\r\nb"},
    ],
)
def test_what_does_not_go_together_is_said(changed: dict[str, Any]) -> None:
    Settings.model_validate(GIVEN)
    Settings.model_validate(GIVEN | {"registry_oauth_token_url": "http://localhost:8080/token"})
    with pytest.raises(ValidationError):
        Settings.model_validate(GIVEN | changed)


@pytest.mark.parametrize("alone", ["scope", "logical_cluster", "identity_pool"])
def test_more_without_an_endpoint_is_said(alone: str) -> None:
    with pytest.raises(ValidationError, match="registry_oauth_token_url is not set"):
        Settings.model_validate({"registry_url": URL, f"registry_oauth_{alone}": "x"})
