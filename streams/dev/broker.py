"""A real Apache Kafka on this machine, without Docker: one KRaft node, own data folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from streams.dev import guard
from streams.dev.certificates import write_certificates
from streams.dev.kafka_files import java_command, kafka_jars
from streams.dev.server_properties import (
    HOST,
    BrokerSecurity,
    Listeners,
    scram_arguments,
    server_properties,
)
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["BrokerSecurity", "LocalBroker"]

_START_TIMEOUT_S = 90.0
_POLL_S = 0.05
# Ports found free can be taken before Kafka binds them; chosen ones are tried once.
_START_ATTEMPTS = 3
# Any fixed one: each data folder holds a cluster of one node that nobody else joins.
_CLUSTER_ID = "Y29uc2VudHJ5LWxvY2FsMA"


class LocalBroker:
    """One Kafka broker as a child process.

    Usable as a context manager, which starts and stops it. After `stop()` or `kill()`,
    `start()` runs it again on the same data and the same ports. It ends with the process
    that started it, however that ends.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        port: int = 0,
        *,
        security: BrokerSecurity | None = None,
        heap_mb: int = 512,
        properties: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare a broker; nothing starts yet.

        `data_dir`: kept afterwards; None is a temporary one that `close` deletes.
        `port`: 0 is any free one. `properties`: broker settings that win over the small
        ones chosen here. `say` gets a line when something takes long.
        """
        self._temporary = data_dir is None
        self.data_dir = (data_dir or Path(tempfile.mkdtemp(prefix="consentry-kafka-"))).absolute()
        self.security = security
        self._asked_port = port
        self._heap_mb = heap_mb
        self._properties = dict(properties or {})
        self._say = say
        self._listeners: Listeners | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        """Where in the log file this start begins."""

    @property
    def bootstrap(self) -> str:
        """The address of the open listener, `host:port`, once started."""
        return f"{HOST}:{self._ports().client}"

    @property
    def secure_bootstrap(self) -> str:
        """The address of the SASL_SSL listener, once started."""
        port = self._ports().secure
        if port is None:
            raise ValueError("this broker has no secure listener")
        return f"localhost:{port}"

    @property
    def ca_file(self) -> Path:
        """The certificate that a client of the secure listener trusts, PEM."""
        return self.data_dir / "ca.pem"

    @property
    def log_file(self) -> Path:
        """What Kafka itself says."""
        return self.data_dir / "kafka.log"

    @property
    def running(self) -> bool:
        """Whether the process is there; between `start` and `stop` it should be."""
        return self._guard is not None and self._guard.poll() is None

    def start(self) -> None:
        """Start and return when the broker answers requests.

        Raises ConsentryError when Kafka or Java cannot be had, the port is taken, the
        data folder is in use, or the broker does not come up.
        """
        if self.running:
            return
        jars = kafka_jars(self._say)
        classpath = os.pathsep.join(map(str, jars))
        java = [str(java_command()), f"-Xmx{self._heap_mb}m", "-cp", classpath]
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if self.security is not None and not self.ca_file.exists():
            write_certificates(self.ca_file, self.data_dir / "server.pem")
        for attempt in range(1, _START_ATTEMPTS + 1):
            listeners = self._listeners or self._choose_ports()
            self._write_properties(listeners)
            self._format(java)
            self._launch(java)
            self._listeners, known = listeners, self._listeners is not None
            try:
                return self._wait_until_ready()
            except _PortTakenError:
                if known or attempt == _START_ATTEMPTS:
                    raise
                self._listeners = None

    def check_running(self) -> None:
        """Raise ConsentryError if the started broker has ended by itself."""
        if self._guard is not None and not self.running:
            raise ConsentryError("Kafka has ended by itself", f"What it said: {self._last_words()}")

    def stop(self) -> None:
        """Stop cleanly: what was written is on disk and the next start is quick."""
        if self._guard is None:
            return
        if self._guard.stdin is not None:
            # The guard takes the end of its input for the end of its parent.
            self._guard.stdin.close()
        self._guard.wait()
        self._guard = None

    def kill(self) -> None:
        """End it without warning, as a power cut does (SIGKILL)."""
        if self._guard is None:
            return
        # The guard leads a process group of its own, and Kafka is in it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._guard.pid, signal.SIGKILL)
        self._guard.wait()
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard = None

    def close(self) -> None:
        """Stop, and delete the data folder if it was a temporary one."""
        self.stop()
        if self._temporary:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ports(self) -> Listeners:
        if self._listeners is None:
            raise ValueError("the broker has not been started yet")
        return self._listeners

    def _choose_ports(self) -> Listeners:
        secure = self.security.port if self.security is not None else None
        # All at once, or the system may give one port twice.
        with contextlib.ExitStack() as held:
            return Listeners(
                client=_bindable(self._asked_port, held),
                controller=_bindable(0, held),
                secure=None if secure is None else _bindable(secure, held),
            )

    @property
    def _properties_file(self) -> Path:
        return self.data_dir / "server.properties"

    def _write_properties(self, listeners: Listeners) -> None:
        text = server_properties(self.data_dir, listeners, self.security, self._properties)
        # Passwords of PLAIN users are in it.
        self._properties_file.touch(mode=0o600)
        self._properties_file.write_text(text, "utf-8")

    def _format(self, java: list[str]) -> None:
        """Prepare the data folder, once in its life."""
        if (self.data_dir / "log" / "meta.properties").exists():
            return
        arguments = ["format", "-t", _CLUSTER_ID, "-c", str(self._properties_file)]
        if self.security is not None:
            arguments += scram_arguments(self.security)
        # From a file, since everybody may read a command line and passwords are in it.
        argument_file = self.data_dir / "format-arguments"
        argument_file.touch(mode=0o600)
        try:
            argument_file.write_text("\n".join(arguments) + "\n", "utf-8")
            done = subprocess.run(
                [*java, "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", f"@{argument_file}"],
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            argument_file.unlink()
        if done.returncode != 0:
            raise ConsentryError(
                f"Kafka could not prepare the data folder {self.data_dir}",
                f"It said: {(done.stdout + done.stderr).strip().rpartition(chr(10))[2]}",
            )

    def _launch(self, java: list[str]) -> None:
        self._log_start = self.log_file.stat().st_size if self.log_file.exists() else 0
        logging = [
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        ]
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, str(self.log_file)]
            + [*java, *logging, "kafka.Kafka", str(self._properties_file)],
            stdin=subprocess.PIPE,
            # Ctrl-C in a terminal goes to a whole group; Kafka must outlive the clients
            # that still commit, and is stopped by whoever started it.
            start_new_session=True,
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._answers():
            if not self.running:
                raise self._start_failure()
            if time.monotonic() > deadline:
                self.kill()
                raise ConsentryError(
                    f"Kafka did not answer within {_START_TIMEOUT_S:.0f} s of its start",
                    f"What it said is in {self.log_file}.",
                )
            time.sleep(_POLL_S)

    def _answers(self) -> bool:
        """Whether the broker speaks: it connects clients only when it is ready for them."""
        version_request = b"\0\0\0\x0e" + b"\0\x12\0\0" + b"\0\0\0\1" + b"\0\4wait"
        try:
            with socket.create_connection((HOST, self._ports().client), timeout=1) as connection:
                connection.sendall(version_request)
                return len(connection.recv(8)) > 0
        except OSError:
            return False

    def _start_failure(self) -> ConsentryError:
        said = self._last_words()
        self.kill()
        if "Address already in use" in said:
            return _PortTakenError(
                f"one of the ports is taken: {self._ports()}",
                "Choose another port, or stop what listens there.",
            )
        if "Failed to acquire lock" in said:
            return ConsentryError(
                f"the data folder {self.data_dir} is in use by another Kafka",
                "Stop that one, or choose another folder.",
            )
        return ConsentryError("Kafka ended while it started", f"It said: {said}")

    def _last_words(self) -> str:
        """The first error line of this start's log, else its last line.

        Given in full, since a temporary folder is gone when somebody reads the message.
        """
        with self.log_file.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode("utf-8", "replace").splitlines()
        errors = [line for line in lines if "Caused by" in line or "Exception:" in line]
        return "; ".join(dict.fromkeys(errors)) or (lines[-1] if lines else "nothing")


class _PortTakenError(ConsentryError):
    """A port was bound between the check and Kafka's start."""


def _bindable(port: int, held: contextlib.ExitStack) -> int:
    """Check that a port can be had; 0 finds one. It is held until `held` is closed."""
    probe = held.enter_context(socket.socket())
    # As Kafka does it: a port with connections still closing can be had.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HOST, port))
    except OSError:
        raise ConsentryError(
            f"port {port} on {HOST} cannot be used: something else listens there",
            "Choose another port (0 takes any free one), or stop what listens there.",
        ) from None
    return int(probe.getsockname()[1])
