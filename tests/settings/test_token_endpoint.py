"""A token endpoint that speaks no HTTP, or stops in the middle of its answer."""

from __future__ import annotations

import socket
import threading
from http.client import parse_headers

import pytest

from streams.errors import ConsentryError, UnreachableError
from streams.settings.token_endpoint import ask

HEAD = b"HTTP/1.1 %d x\r\nContent-Length: 50\r\n\r\n"
CHUNKS = b"HTTP/1.1 %d x\r\nTransfer-Encoding: chunked\r\n\r\n30\r\n{"


@pytest.mark.parametrize(
    ("answer", "said", "kind"),
    [
        (b"SSH-2.0-OpenSSH s3cret\r\n", "not reached: BadStatusLine", UnreachableError),
        (HEAD % 200 + b"{", "not reached: IncompleteRead", UnreachableError),
        (CHUNKS % 200, "not reached: IncompleteRead", UnreachableError),
        (HEAD % 400 + b"{", "(status 400)", ConsentryError),
        (CHUNKS % 400, "(status 400)", ConsentryError),
        (CHUNKS % 503, "status 503", UnreachableError),
    ],
)
def test_an_answer_that_is_none_or_is_cut_short(
    answer: bytes, said: str, kind: type[ConsentryError]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as request:
                # To its end: a connection that is closed before all was read is reset, and the
                # answer may be lost with it (RFC 1122, 4.2.2.13).
                request.readline()
                request.read(int(parse_headers(request)["Content-Length"]))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/token"
        with pytest.raises(ConsentryError) as caught:
            ask(url, client_id="a", secret="b", scope=None, ca_file=None, timeout_s=5)
        thread.join()
    assert type(caught.value) is kind
    assert said in caught.value.problem
    assert "s3cret" not in caught.value.problem + caught.value.remedy
