"""The parent of forked workers: imports all modules once, then forks whenever it is asked to.

python -m tests.kafka.forked    # requests and answers as lines of JSON (`forking`)
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from streams.cli.main import application

MODULES: Final = (
    "streams.cli.options",
    "streams.cli.service_start",
    "streams.cli.worker_logs",
    "streams.cli.worker_process",
    "streams.cli.deliver_process",
    "streams.agents",
    "streams.app",
    "streams.delivery.alert_options",
    "streams.delivery.deliverer",
    "streams.health.health",
    "streams.health.server",
    "streams.metrics.expose",
    "streams.metrics.otel",
    "streams.metrics.sinks",
    "streams.metrics.worker",
    "streams.policy_file",
    "streams.settings.token_providers",
    "streams.terminal.logs",
    "streams.topics.cluster",
    "streams.transport.consumer_probe",
    "streams.transport.faust_driver",
    "streams.transport.state.disk.rows",
    "faust.worker",
    "faust.assignor.partition_assignor",
    "faust.assignor.leader_assignor",
    "faust.app.router",
    "faust.fixups.django",
    "faust.tables.objects",
    "faust.tables.sets",
    "faust.transport.utils",
    "mode.debug",
    "mode.worker",
    "encodings.idna",
    "typer._adapters",
    "kafka.admin",
    "aiokafka",
    "uvloop",
)
"""What workers and deliverers import; what is not named here is imported after the fork, as are
those modules of ours that copy names which a fault replaces."""


def main() -> None:
    """Answer requests to the end of the input; in a forked child, run what was asked for."""
    for name in MODULES:
        importlib.import_module(name)
    application()  # the modules of all commands
    gc.collect()
    gc.freeze()  # children write to no page of it by looking for cycles
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            answer: int | None = _poll(request["poll"])
        else:
            answer = _fork(request)
            if answer == 0:
                exec(compile(request["program"], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - as `python -c`
                return
        # Not `print`: nothing may be left in a buffer that a child would write again.
        os.write(1, f"{json.dumps(answer)}\n".encode())


def _poll(pid: int) -> int | None:
    """The exit code as `subprocess.Popen` has it; None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _fork(request: dict[str, Any]) -> int:
    """The child's process id in this process; in the child 0, with everything its own."""
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"{threads} threads here: a child would lack all but one")
    pid = os.fork()
    if pid == 0:
        for standard, name in enumerate((os.devnull, *request["files"])):
            file = os.open(name, os.O_WRONLY | os.O_APPEND if standard else os.O_RDONLY)
            os.dup2(file, standard)
            os.close(file)
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv[:] = ["-c", *request["arguments"]]
    return pid


if __name__ == "__main__":
    main()
