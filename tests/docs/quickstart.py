"""Read a page of commands as its readers do: run, change files, see what is printed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.docs.pages import ROOT

PAGE: Final = (ROOT / "docs/quickstart-own-bus.md").read_text("utf-8")
_BLOCK: Final = re.compile(r"^```(sh|text|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPORT: Final = re.compile(r"^export (\w+)=(\S+)$", re.MULTILINE)
PATIENCE_S: Final = 60.0


@dataclass(frozen=True)
class Block:
    """A block of the page: commands (`sh`), what they print (`text`), a change (`diff`)."""

    kind: str
    text: str

    @property
    def is_service(self) -> bool:
        """Whether it is one command that runs until it is stopped."""
        return self.text.startswith(("consentry ingest\n", "consentry worker "))


def blocks(page: str) -> list[Block]:
    """All that a reader types and sees, in order."""
    return [Block(kind, text) for kind, text in _BLOCK.findall(page)]


def change(folder: Path, diff: str) -> None:
    """Carry out a change: what is taken out, and lines around it, stand there together, once."""
    for part in re.split(r"^--- ", diff, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        lines = body.splitlines()
        out = "\n".join(line[1:] for line in lines if line.startswith(("-", " ")))
        into = "\n".join(line[1:] for line in lines if line.startswith(("+", " ")))
        file = folder / name
        text = file.read_text("utf-8")
        if text.count(out) != 1:
            raise AssertionError(f"{name} does not hold once:\n{out}\nbut is:\n{text}")
        file.write_text(text.replace(out, into), "utf-8")


def matches(shown: str, printed: str) -> bool:
    """Whether that is printed what is shown; `...` stands for a part of a word, or for lines."""
    lines = []
    for line in shown.splitlines():
        part = r"\S+".join(re.escape(piece) for piece in line.split("..."))
        lines.append(r"(?:.*\n)*" if line == "..." else part + r"\n")
    return re.fullmatch("".join(lines), printed) is not None


@dataclass
class Reader:
    """Types the commands of a page in a folder; `names`: what the page says, and what is used."""

    folder: Path
    names: Mapping[str, str]
    environment: dict[str, str]
    services: list[tuple[subprocess.Popen[bytes], Path]] = field(default_factory=list)

    def run(self, commands: str) -> str:
        """What a block prints. Raises AssertionError where one of its commands fails."""
        done = subprocess.run(
            ["bash", "-c", f"set -e\n{self._here(commands)}"], cwd=self.folder,
            env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        printed = self._on_page(done.stdout)
        ended = f"{commands}\nends with {done.returncode}:\n{printed}{self.logs()}"
        assert done.returncode == 0, ended
        self.environment.update(_EXPORT.findall(commands))
        return printed

    def start(self, command: str, ready: str) -> None:
        """Start a service as in a terminal of its own, and wait for a line of its log."""
        log = self.folder / f"service-{len(self.services)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                self._here(command).split(), cwd=self.folder, env=self.environment,
                stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.services.append((process, log))
        deadline = time.monotonic() + PATIENCE_S
        while ready not in log.read_text("utf-8"):
            assert process.poll() is None, f"{command} ended:{self.logs()}"
            assert time.monotonic() < deadline, f"{command}: no {ready}{self.logs()}"
            time.sleep(0.1)

    def stop(self) -> list[int]:
        """Stop the services as Ctrl-C does; their exit codes."""
        for process, _ in self.services:
            process.send_signal(signal.SIGINT)
        try:
            return [process.wait(20) for process, _ in self.services]
        finally:
            for process, _ in self.services:
                process.kill()
                process.wait()

    def logs(self) -> str:
        """What the services wrote."""
        return "".join(f"\n{log.read_text('utf-8')}" for _, log in self.services)

    def _here(self, text: str) -> str:
        for shown, real in self.names.items():
            text = text.replace(shown, real)
        return text

    def _on_page(self, text: str) -> str:
        for shown, real in self.names.items():
            text = text.replace(real, shown)
        return text


def plain_environment(**given: str) -> dict[str, str]:
    """What a terminal has, with the `consentry` and `python` of these tests first on its path."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CONSENTRY_") or name == "CONSENTRY_PURE"
    }
    own = str(Path(sys.executable).parent)
    return kept | {"PATH": f"{own}{os.pathsep}{os.environ['PATH']}"} | given
