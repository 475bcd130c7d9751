"""What Java loads when the local broker starts, prepared once: halves the time of each start.

    python -m streams.dev.start_archive

An AOT cache of Java (JEP 483, JEP 514) lies beside Kafka's jars. Java itself looks whether it is of
these jars and of this Java, and starts as without it where it is not.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from streams.dev.broker import LocalBroker
from streams.dev.java_options import QUICK_JAVA, archive_file
from streams.dev.kafka_files import java_command, kafka_jars
from streams.errors import ConsentryError
from streams.terminal.out import say


def prepare() -> bool:
    """Make the archive if there is none; whether there is one now.

    Raises ConsentryError when Kafka does not start.
    """
    file = archive_file()
    if file is None or file.is_file():
        return file is not None
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=file.parent) as folder:
        data, seen, made = (Path(folder, name) for name in ("data", "start.aotconf", "start.aot"))
        # The storage tool, which runs at the first start, is not what is to be recorded.
        with LocalBroker(data, heap_mb=256, say=say):
            pass
        record = ("-XX:AOTMode=record", f"-XX:AOTConfiguration={seen}")
        with LocalBroker(data, heap_mb=256, java_options=record):
            pass
        # Not by the broker at its end, which may not take long over it.
        create = ("-XX:AOTMode=create", f"-XX:AOTConfiguration={seen}", f"-XX:AOTCache={made}")
        classpath = os.pathsep.join(map(str, kafka_jars()))
        command = [str(java_command()), "-Xmx256m", *QUICK_JAVA, *create, "-cp", classpath]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode or not made.is_file():
            return False
        # One step: another process may make it at the same time.
        made.rename(file)
    return True


def main() -> None:
    """Make the archive, or say that Kafka starts without it."""
    try:
        made = prepare()
    except ConsentryError as error:
        say(f"the local broker starts without an archive: {error.problem}")
    else:
        if not made:
            say("the local broker starts without an archive: this Java makes none")


if __name__ == "__main__":
    main()
