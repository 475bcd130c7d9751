"""A real Apache Kafka on this machine, without Docker: one KRaft node, own data folder."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from streams.dev.certificates import write_certificates
from streams.dev.java_options import QUICK_JAVA, archive_options
from streams.dev.kafka_files import java_command, kafka_jars
from streams.dev.kafka_process import KafkaProcess, complaint, folder_lock, format_storage
from streams.dev.ports import HOST, Listeners, PortTakenError, answers, choose_listeners
from streams.dev.server_properties import BrokerSecurity, scram_arguments, server_properties
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["BrokerSecurity", "LocalBroker"]

_START_TIMEOUT_S = 90.0
_POLL_S = 0.05
_STARTED = "Kafka Server started"
# A port that was free can be taken before Kafka has it; a chosen one is tried once.
_START_ATTEMPTS = 3


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
        java_options: Sequence[str] = (),
        long_lived: bool = False,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare a broker; nothing starts yet.

        `data_dir`: kept afterwards; None is a temporary one that `close` deletes.
        `port`: 0 is any free one. `properties`: broker settings that win over the small
        ones chosen here. `java_options` go to Java. `long_lived` pays with twice the
        processor time in the first minutes for a faster broker afterwards. `say` gets a line when
        something takes long.
        """
        self._temporary = data_dir is None
        self.data_dir = (data_dir or Path(tempfile.mkdtemp(prefix="consentry-kafka-"))).absolute()
        self.security = security
        self._asked_port = port
        self._heap_mb = heap_mb
        self._properties = dict(properties or {})
        self._java_options = (*(() if long_lived else QUICK_JAVA), *java_options)
        self._archive = () if long_lived or java_options else archive_options()
        self._say = say
        self._listeners: Listeners | None = None
        self._process: KafkaProcess | None = None

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
    def mutual_bootstrap(self) -> str:
        """The address of the listener that wants a client certificate, once started."""
        port = self._ports().mutual
        if port is None:
            raise ValueError("this broker has no listener for client certificates")
        return f"localhost:{port}"

    @property
    def client_file(self) -> Path:
        """A certificate with its key that the broker takes from a client, PEM."""
        return self.data_dir / "client.pem"

    @property
    def log_file(self) -> Path:
        """What Kafka itself says."""
        return self.data_dir / "kafka.log"

    @property
    def running(self) -> bool:
        """Whether the process is there; between `start` and `stop` it should be."""
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Start and return when the broker answers requests.

        Raises ConsentryError when Kafka or Java cannot be had, the port is taken, the
        data folder is in use, or the broker does not come up.
        """
        if self.running:
            return
        # Before anything is downloaded: a folder that cannot be is the quicker to name.
        self.data_dir.mkdir(parents=True, exist_ok=True)
        classpath = os.pathsep.join(map(str, kafka_jars(self._say)))
        java = [str(java_command()), f"-Xmx{self._heap_mb}m", *self._java_options, *self._archive]
        java += ["-cp", classpath]
        with folder_lock(self.data_dir) as lock:
            if self.security is not None and not self.ca_file.exists():
                write_certificates(self.ca_file, self.data_dir / "server.pem", self.client_file)
            self._start_somewhere(java, lock)

    def check_running(self) -> None:
        """Raise ConsentryError if the started broker has ended by itself."""
        if self._process is not None and not self._process.running:
            raise ConsentryError(
                "Kafka has ended by itself", f"It said: {complaint(self._process.said())}"
            )

    def stop(self) -> None:
        """Stop cleanly: what was written is on disk and the next start is quick."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """End it without warning, as a power cut does (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process = None

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

    def _start_somewhere(self, java: list[str], lock: int) -> None:
        """Start; where the ports may be any, try others when somebody was faster."""
        again = self._listeners is not None
        for attempt in range(1, _START_ATTEMPTS + 1):
            try:
                self._start(java, lock)
            except PortTakenError:
                if again or attempt == _START_ATTEMPTS:
                    raise
                self._listeners = None
            else:
                return

    def _start(self, java: list[str], lock: int) -> None:
        """Start once: on the ports of the last time, else on new ones."""
        if self._listeners is None:
            secure = self.security.port if self.security is not None else None
            mutual = 0 if self.security is not None and self.security.mutual else None
            self._listeners = choose_listeners(self._asked_port, secure, mutual)
        properties_file = self.data_dir / "server.properties"
        # Passwords of PLAIN users are in it.
        properties_file.touch(mode=0o600)
        properties_file.write_text(
            server_properties(self.data_dir, self._listeners, self.security, self._properties),
            "utf-8",
        )
        if not (self.data_dir / "log" / "meta.properties").exists():
            users = scram_arguments(self.security) if self.security is not None else []
            format_storage(java, self.data_dir, properties_file, users)
        self._process = KafkaProcess(java, properties_file, self.log_file, lock)
        self._wait_until_ready(self._process, self._listeners)

    def _wait_until_ready(self, process: KafkaProcess, listeners: Listeners) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        # Both: another broker may have taken the port, and a started one may not listen yet.
        while not (_STARTED in process.said() and answers(listeners.client)):
            if not process.running:
                self._process = None
                raise self._start_failure(process.said(), listeners)
            if time.monotonic() > deadline:
                self.kill()
                raise ConsentryError(
                    f"Kafka did not answer within {_START_TIMEOUT_S:.0f} s of its start",
                    f"It said: {complaint(process.said())}",
                )
            time.sleep(_POLL_S)

    def _start_failure(self, said: str, listeners: Listeners) -> ConsentryError:
        if "Address already in use" in said:
            return PortTakenError(
                f"one of the ports is taken: {listeners}",
                "Choose another port, or stop what listens there.",
            )
        if "Failed to acquire lock" in said:
            return ConsentryError(
                f"the data folder {self.data_dir} is in use by another Kafka",
                "Stop that one, or choose another folder.",
            )
        return ConsentryError("Kafka ended while it started", f"It said: {complaint(said)}")
