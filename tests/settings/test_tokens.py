"""Bearer tokens: fetched once, renewed in time, and what is said where there is none."""

from __future__ import annotations

import base64
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from streams.errors import ConsentryError, UnreachableError
from streams.settings import Settings, load_settings
from streams.settings.token_endpoint import AccessToken, ask
from streams.settings.tokens import AwsIdentity, ClientCredentials, Renewed, source_of
from tests.platform import needs_package

SECRET = "s3cret/W:rd%"
GOOD = {"access_token": "t0ken.of-it", "token_type": "Bearer", "expires_in": 300}


@contextmanager
def endpoint(status: int, body: object, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """A token endpoint that gives one answer, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(f"{self.headers['Authorization']} {form}")
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/token", asked
        finally:
            server.shutdown()
            thread.join()


def asked_of(url: str, scope: str | None = None) -> AccessToken:
    return ask(url, client_id="judge", secret=SECRET, scope=scope, ca_file=None, timeout_s=5)


def test_a_client_proves_itself_and_names_its_scope() -> None:
    with endpoint(200, GOOD) as (url, asked):
        assert asked_of(url, "kafka/.default") == AccessToken("t0ken.of-it", 300)
    basic, form = asked[0].removeprefix("Basic ").split(" ")
    assert base64.b64decode(basic).decode() == "judge:s3cret%2FW%3Ard%25"  # RFC 6749, 2.3.1
    assert parse_qs(form) == {"grant_type": ["client_credentials"], "scope": ["kafka/.default"]}


@pytest.mark.parametrize(
    ("status", "body", "said", "kind"),
    [
        (401, {"error": "invalid_client", "error_description": SECRET}, "or the secret", None),
        (400, {"error": "invalid_scope"}, "invalid_scope", None),
        (400, {"error": SECRET}, "(status 400)", None),
        (404, b"<html>", "(status 404)", None),
        (302, b"", "(status 302)", None),
        (503, b"", "status 503", UnreachableError),
        (429, b"", "status 429", UnreachableError),
        (200, b"<html>", "without a bearer token", None),
        (200, {"access_token": "a b", "token_type": "Bearer"}, "without a bearer token", None),
        (200, {"access_token": "a", "token_type": "mac"}, "without a bearer token", None),
        (200, {"access_token": "a\x01b", "token_type": "Bearer"}, "without a bearer", None),
        (200, [], "without a bearer token", None),
    ],
)
def test_why_there_is_no_token(
    status: int, body: object, said: str, kind: type[ConsentryError] | None
) -> None:
    with (
        endpoint(status, body, Location="http://127.0.0.1:9/") as (url, _),
        pytest.raises(ConsentryError) as caught,
    ):
        asked_of(url)
    assert type(caught.value) is (kind or ConsentryError)
    assert url in caught.value.problem
    assert said in caught.value.problem
    assert SECRET not in caught.value.problem + caught.value.remedy
    assert "\n" not in caught.value.problem


def test_nobody_answers_there() -> None:
    with pytest.raises(UnreachableError, match="connection refused"):
        asked_of("http://127.0.0.1:1/token")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_token_is_renewed_when_four_fifths_of_its_life_are_over() -> None:
    clock, given = Clock(), iter(["first", "second"])
    source = Renewed(lambda: AccessToken(next(given), 100), clock)
    assert source.held() is None
    assert source.token() == "first"
    clock.now = 79.9
    assert (source.token(), source.held()) == ("first", "first")
    clock.now = 80.0
    assert source.held() is None
    assert source.token() == "second"


def test_a_token_that_lives_outlasts_its_endpoint_and_no_longer() -> None:
    clock, given = Clock(), iter([AccessToken("first", 100)])

    def fetch() -> AccessToken:
        found = next(given, None)
        if found is None:
            raise UnreachableError("the token endpoint is away")
        return found

    source = Renewed(fetch, clock)
    source.token()
    clock.now = 99.9
    assert source.token() == "first"
    clock.now = 100.0
    with pytest.raises(UnreachableError):
        source.token()


def test_a_life_that_nobody_states_is_none() -> None:
    given = iter(["first", "second"])
    source = Renewed(lambda: AccessToken(next(given), 0), Clock())
    assert [source.token(), source.token()] == ["first", "second"]


def test_all_clients_of_a_process_share_a_source() -> None:
    def options(secret: str) -> ClientCredentials:
        return ClientCredentials(
            token_url="https://id.example.org/token",
            client_id="judge",
            client_secret=SecretStr(secret),
        )

    assert source_of(options("a")) is source_of(options("a"))
    assert source_of(options("a")) is not source_of(options("b"))
    assert "secret-word" not in repr(options("secret-word")) + str(options("secret-word"))


def test_amazon_signs_a_token_for_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_package("aws_msk_iam_sasl_signer")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "AKIDEXAMPLE")
    token = source_of(AwsIdentity("eu-west-1")).token()
    signed = urlsplit(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode())
    assert signed.hostname == "kafka.eu-west-1.amazonaws.com"
    assert parse_qs(signed.query)["Action"] == ["kafka-cluster:Connect"]
    settings = load_settings(
        environ={
            "CONSENTRY_SECURITY_PROTOCOL": "SASL_SSL",
            "CONSENTRY_SASL_MECHANISM": "AWS_MSK_IAM",
            "CONSENTRY_SASL_AWS_REGION": "eu-west-1",
        }
    )
    assert settings.connection.aiokafka_options()["sasl_mechanism"] == "OAUTHBEARER"
    assert token not in repr(settings.connection.aiokafka_options())


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aws_msk_iam_sasl_signer", None)
    with pytest.raises(ConsentryError) as caught:
        source_of(AwsIdentity("eu-west-2")).token()
    assert "aws-msk-iam-sasl-signer-python" in caught.value.problem
    assert "consentry[msk]" in caught.value.remedy


LOGIN = {
    "SECURITY_PROTOCOL": "SASL_SSL",
    "SASL_MECHANISM": "OAUTHBEARER",
    "SASL_OAUTH_TOKEN_URL": "https://id.example.org/token",
    "SASL_OAUTH_CLIENT_ID": "judge",
    "SASL_OAUTH_CLIENT_SECRET": SECRET,
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SASL_OAUTH_TOKEN_URL": ""}, "TOKEN_URL (not set): missing: sasl_mechanism is OAUTH"),
        ({"SASL_OAUTH_TOKEN_URL": "http://id.example.org/token"}, "only on this machine"),
        ({"SASL_OAUTH_TOKEN_URL": "https://u:p@id.example.org/token"}, "without user"),
        ({"SASL_OAUTH_CLIENT_ID": ""}, "CLIENT_ID (not set): missing"),
        ({"SASL_OAUTH_CLIENT_SECRET": ""}, "CLIENT_SECRET (not set): missing"),
        ({"SASL_OAUTH_TOKEN_FILE": __file__}, "sasl_oauth_token_file is given too"),
        ({"SASL_OAUTH_SSL_CA_FILE": "/no/such"}, "no such file"),
        ({"SASL_USERNAME": "judge"}, "which takes no password"),
        ({"SASL_MECHANISM": "PLAIN"}, "which takes no token"),
        ({"SECURITY_PROTOCOL": "SSL"}, "which does not log in"),
        ({"SASL_AWS_REGION": "eu-west-1"}, "choose AWS_MSK_IAM"),
        ({"SASL_MECHANISM": "AWS_MSK_IAM"}, "AWS_REGION (not set): missing"),
        (
            {"SASL_MECHANISM": "AWS_MSK_IAM", "SECURITY_PROTOCOL": "SASL_PLAINTEXT"},
            "SASL_SSL only",
        ),
    ],
)
def test_settings_that_do_not_go_together(changes: dict[str, str], said: str) -> None:
    given = {f"CONSENTRY_{name}": value for name, value in (LOGIN | changes).items()}
    with pytest.raises(ConsentryError) as caught:
        load_settings(environ=given)
    assert said in caught.value.problem
    assert SECRET not in caught.value.problem


def test_a_client_with_a_secret_is_enough() -> None:
    given = {f"CONSENTRY_{name}": value for name, value in LOGIN.items()}
    settings = load_settings(environ=given)
    assert settings.connection.tokens == ClientCredentials(
        token_url="https://id.example.org/token",
        client_id="judge",
        client_secret=SecretStr(SECRET),
    )
    assert SECRET not in repr(settings) + repr(settings.connection)
    assert Settings().connection.tokens is None
