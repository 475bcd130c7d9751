"""The installed command `consentry`: ends in silence on Ctrl-C from its first moment.

The command line takes up to a second to load. Python's own answer to Ctrl-C would be a
traceback of whatever is being imported then. So this module imports nothing heavy.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NoReturn

from streams.cli.exit_status import INTERRUPTED

if TYPE_CHECKING:
    from types import FrameType


def run() -> NoReturn:
    """Load the command line, and run it with the arguments of this process."""
    # Who starts a program in the background of a script has SIGINT ignored: it stays so.
    answers = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if answers:
        signal.signal(signal.SIGINT, _leave)
    from streams.cli.main import run as run_command

    if answers:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run_command()


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Nothing is begun yet, and nothing said: there is nothing to tidy up."""
    os._exit(INTERRUPTED)
