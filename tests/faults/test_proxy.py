"""The proxy carries, cuts, stalls, slows and refuses."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from streams.dev.ports import HOST
from tests.faults.proxy import Proxy

SHORT_S = 0.3


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says back what it hears."""
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def answer(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        while heard := connection.recv(1024):
            connection.sendall(heard)


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with Proxy(echo) as one:
        yield one


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=5)


def said(connection: socket.socket, words: bytes) -> bytes:
    connection.sendall(words)
    return connection.recv(1024)


def heard(proxy: Proxy) -> bytes:
    with connect(proxy) as connection:
        return connection.recv(1024)


def test_it_carries_both_ways(proxy: Proxy) -> None:
    with connect(proxy) as one, connect(proxy) as other:
        assert said(one, b"one") == b"one"
        assert said(other, b"other") == b"other"


def test_a_cut_resets_what_is_up_and_lets_new_ones_through(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert said(one, b"one") == b"one"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            one.recv(1024)
    with connect(proxy) as again:
        assert said(again, b"again") == b"again"


def test_a_stall_carries_nothing_until_it_ends(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert said(one, b"one") == b"one"
        proxy.stall(on=True)
        one.settimeout(SHORT_S)
        one.sendall(b"late")
        with pytest.raises(TimeoutError):
            one.recv(1024)
        one.settimeout(5)
        proxy.stall(on=False)
        assert one.recv(1024) == b"late"


def test_it_can_be_slow(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert said(one, b"one") == b"one"
        proxy.slow(SHORT_S / 2)
        began = time.monotonic()
        assert said(one, b"slowly") == b"slowly"
        assert time.monotonic() - began >= SHORT_S


def test_it_refuses_everybody_until_it_is_opened(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert said(one, b"one") == b"one"
        proxy.refuse(on=True)
        with pytest.raises(ConnectionResetError):
            one.recv(1024)
    with pytest.raises(ConnectionResetError):
        heard(proxy)
    proxy.refuse(on=False)
    with connect(proxy) as again:
        assert said(again, b"again") == b"again"
