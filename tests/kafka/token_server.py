"""An OAuth 2.0 token server over TLS: Authlib's, with one client, and keys in a file for Kafka.

Client credentials (RFC 6749, 4.4), access tokens as RFC 9068 has them.
"""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.jwk import RSAKey

ISSUER = "https://id.example.org"
AUDIENCE = "kafka"
CLIENT, SECRET = "consentry", "s3cret/W:rd%"


def another_key() -> RSAKey:
    """A key to sign with; all are called alike."""
    return RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})


class _Client(ClientMixin):  # type: ignore[misc]  # authlib has no types
    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str | None) -> str | None:
        return "bus" if scope in (None, "", "bus") else None

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return bool(method == "client_secret_basic")

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == "client_credentials")


class _Tokens(JWTBearerTokenGenerator):  # type: ignore[misc]  # authlib has no types
    def __init__(self, server: TokenServer) -> None:
        super().__init__(ISSUER, expires_generator=lambda *_: server.lifetime_s)
        self._server = server

    def get_jwks(self) -> RSAKey:
        return self._server.key

    def get_audiences(self, _client: object, _user: object, _scope: object) -> str:
        return self._server.audience


class _Endpoint(AuthorizationServer):  # type: ignore[misc]  # authlib has no types
    def query_client(self, client_id: str) -> _Client | None:
        return _Client() if client_id == CLIENT else None

    def save_token(self, token: object, request: object) -> None:
        pass

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        pass

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers


class TokenServer:
    """Usable as a context manager. `lifetime_s` and `audience` are those of the next token."""

    def __init__(self, folder: Path, certificate: Path) -> None:
        self.key = another_key()
        self.keys_file = folder / "keys.json"
        self.keys_file.write_text(json.dumps({"keys": [self.key.as_dict(private=False)]}))
        self.lifetime_s = 300
        self.audience = AUDIENCE
        self.given = 0
        self._endpoint = _Endpoint()
        self._endpoint.register_grant(ClientCredentialsGrant)
        self._endpoint.register_token_generator("default", _Tokens(self))
        self._certificate = certificate
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"https://localhost:{self._server.server_port}/token"

    def token(self) -> str:
        """One of those that the endpoint gives."""
        return str(_Tokens(self)("client_credentials", _Client())["access_token"])

    def __enter__(self) -> Self:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked = OAuth2Request("POST", server.url, headers=dict(self.headers))
                asked.payload = BasicOAuth2Payload(dict(parse_qsl(form)))
                status, body, headers = server._endpoint.create_token_response(asked)
                server.given += status == 200
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in (*headers, ("Content-Length", str(len(content)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if not self._certificate.exists():
            raise AssertionError("the broker must have made its certificate")
        context.load_cert_chain(self._certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
