"""Records whose ids speak to a terminal, a spreadsheet, a browser, or forge a line."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

CONSENTRY = "import sys; from streams.cli.main import run; run()"

IDS = {
    "title and colours": "e\x1b]0;PWNED\x07\x1b[2J\x1b[31mfake: all compliant",
    "controls of eight bits": "R\x9b2J\x9b31m<img src=x onerror=alert(1)>",
    "bidi": "A\u202eELIF\u2066x\u2069\u200f\u061cY",
    "ends of lines": "x\u2028NEWLINE\x85X\u2029\x0b\x0cY",
    "a line": "a\nerror: forged\r\n2026-01-01 00:00:00  forged",
    "styles": "[bold red]x[/] [link=http://evil]click[/link]",
    "a closing style alone": "a[/red]b",
    "an emoji code": "hs:1234:SUBSCRIBED:smile::bell:",
    "a formula": "=cmd|' /C calc'!A0",
    "nothing to see": "a\u200b\u00ad\ufeff\u034f\u3164\ufe0fb",
    "marks": "z" + "\u0335\u0322\u0321" * 20,
    "tags": "t\U000e0041\U000e007f",
    "wide": "漢字テスト" * 30,
    "delete": "a\x7f\x08\x08b",
    "a table": "[alerts] [sinks.x] \\[y]",
}

PLAIN_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r+\n|\x1b\(B|\x1b\[\?[0-9]+[hl]")
"""What rich and the terminal's line discipline themselves send."""

NEVER = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What must not be in anything that people see."""


def share(name: str, *, recipient: str = "R1", at: int = 10) -> dict[str, object]:
    """A share without consent under that id, which brings a finding."""
    return {
        "event_type": "data-share",
        "event_id": name,
        "controller_id": "C",
        "subject_id": "s-1",
        "occurred_at": f"2026-09-01T{at:02}:00:00.000Z",
        "recipient_id": recipient,
        "recipient_role": "THIRD_PARTY",
        "purpose": "THIRD_PARTY_DIRECT_MARKETING",
        "data_categories": ["EMAIL"],
    }


def write_shares(path: Path, names: Sequence[str]) -> Path:
    """A file of shares, a line each, with the names in ids of events and recipients."""
    lines = [json.dumps(share(f"{name}{number}")) for number, name in enumerate(names)]
    lines += [json.dumps(share(f"r{number}", recipient=name)) for number, name in enumerate(names)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def in_terminal(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    until: Callable[[str], bool] | None = None,
    within_s: float = 60.0,
    columns: int = 100,
) -> tuple[str, int]:
    """Run a command line on a terminal: all that it showed, and its exit status.

    `until`: Ctrl-C is pressed once this is true of what was shown.
    """
    leader, follower = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    env |= {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "40", **(environment or {})}
    program = subprocess.Popen(
        [sys.executable, "-c", CONSENTRY, *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=env,
        start_new_session=True,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - Ctrl-C reaches the owner of the terminal
    )
    os.close(follower)
    shown = b""
    deadline = time.monotonic() + within_s
    pressed = False
    while time.monotonic() < deadline:
        ready, _, _ = select.select([leader], [], [], 0.2)
        if ready:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # all have closed it
                break
            if not piece:
                break
            shown += piece
        elif program.poll() is not None:
            break
        if until is not None and not pressed and until(shown.decode("utf-8", "replace")):
            os.write(leader, b"\x03")
            pressed = True
    if program.poll() is None:
        try:
            program.wait(5)
        except subprocess.TimeoutExpired:
            program.kill()
    os.close(leader)
    return shown.decode("utf-8", "surrogateescape"), program.wait()


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def unsafe_in(shown: str) -> set[str]:
    """The signs in it that a terminal obeys or hides, beside those of colours and layout."""
    return set(NEVER.findall(PLAIN_ESCAPES.sub("\n", shown)))
