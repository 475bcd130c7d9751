"""What a vocabulary or a rule forgets is noticed: small faults in a copy, and what finds them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(900)
"""mypy reads everything for the first time, on a machine that may be busy."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with its tests, to break and to repair again."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    leave = shutil.ignore_patterns("__pycache__", "_compiled")
    for part in ("streams", "tests", "schemas", "docs"):
        shutil.copytree(ROOT / part, folder / part, ignore=leave)
    return folder


@contextmanager
def changed(folder: Path, *patches: tuple[str, str, str]) -> Iterator[None]:
    """Each patch is a file, what stands in it, and what stands there instead."""
    whole = {where: (folder / where).read_text("utf-8") for where, _, _ in patches}
    try:
        for where, old, new in patches:
            text = (folder / where).read_text("utf-8")
            assert text.count(old) == 1, (where, old)
            (folder / where).write_text(text.replace(old, new), "utf-8")
        yield
    finally:
        for where, text in whole.items():
            (folder / where).write_text(text, "utf-8")


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output of a module of this environment, run in the copy."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=os.environ | {"CONSENTRY_PURE": "1", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def types(folder: Path, *files: str) -> str:
    """What mypy says of the core and of some files."""
    return run(folder, "mypy", "streams/core", *files)[1]


SIXTH: Final = (
    "streams/core/events.py",
    "\nEvent = ConsentChange |",
    (
        "\nclass Complaint(Envelope, frozen=True, kw_only=True, tag='complaint',\n"
        "                tag_field='event_type'):\n    text: str = ''\n\n\n"
        "Event = Complaint | ConsentChange |"
    ),
)
"""A sixth type of event, and nothing else."""


def test_the_copy_itself_is_sound(copy: Path) -> None:
    assert "Success" in types(copy)


class Misspelt(NamedTuple):
    """A word that is wrong: file, what stands there, what stands there instead, what mypy says."""

    where: str
    old: str
    new: str
    said: str


MISSPELT: Final = {
    "family": Misspelt(
        "streams/core/codes/share_extras.py",
        "family=Family.S_XFER",
        "family=Family.S_XFRE",
        '"type[Family]" has no attribute "S_XFRE"',
    ),
    "family as text": Misspelt(
        "streams/core/codes/duties.py",
        "family=Family.A_CAPTURE",
        'family="A.CAPTURE"',
        'expected "Family"',
    ),
    "code as text": Misspelt(
        "streams/core/rules/message_extras.py",
        "Verdict(code=Code.MSG_NO_UNSUBSCRIBE)",
        'Verdict(code="MSG_NO_UNSUBSCRIBE")',
        'expected "Code"',
    ),
    "reason as text": Misspelt(
        "streams/core/rules/message_extras.py",
        "missing = Reason.CALLER_ID",
        'missing = "CALLER_ID"',
        'variable has type "Reason | None"',
    ),
    "slot as text": Misspelt(
        "streams/core/rules/assess.py",
        "found[duty_slot(recipient_id)] = verdict",
        'found[f"O.NOTIFI:{recipient_id}"] = verdict',
        'expected type "Slot"',
    ),
}


@pytest.fixture(scope="module")
def misspelt(copy: Path) -> dict[str, tuple[str, str]]:
    """Where each word stands, as mypy begins a line about it, and all that it says of all."""
    with changed(copy, *((one.where, one.old, one.new) for one in MISSPELT.values())):
        said = types(copy)
        places = {
            name: f"{one.where}:{_line(copy / one.where, one.new)}: error: "
            for name, one in MISSPELT.items()
        }
    return {name: (place, said) for name, place in places.items()}


def _line(file: Path, text: str) -> int:
    before, found, _ = file.read_text("utf-8").partition(text)
    assert found
    return before.count("\n") + 1


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_word_is_found(misspelt: dict[str, tuple[str, str]], name: str) -> None:
    place, said = misspelt[name]
    lines = [line for line in said.splitlines() if line.startswith(place)]
    assert any(MISSPELT[name].said in line for line in lines), said


def test_rules_name_no_slot() -> None:
    """It follows from the code: only `streams.core.slots` makes one."""
    makers = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "streams").rglob("*.py")
        if " Slot(" in path.read_text("utf-8") or "(Slot(" in path.read_text("utf-8")
    ]
    assert makers == ["streams/core/slots.py"]


CONTRACT: Final = "streams/sinks/contract.py"
COUNTS: Final = "streams/delivery/counts.py"
QUEUED: Final = (CONTRACT, '    RETRY = "retry"\n', '    RETRY = "retry"\n    QUEUED = "queued"\n')
"""A further status of a delivery, and nothing else."""

READERS: Final = tuple(
    f"streams/check/{name}.py" for name in ("names", "decided_by", "report/facts")
)


@pytest.fixture(scope="module")
def widened(copy: Path) -> list[str]:
    """What mypy says of a sixth type of event and of a further status."""
    with changed(copy, SIXTH, QUEUED):
        return types(copy, *READERS, CONTRACT, COUNTS).splitlines()


def test_a_sixth_type_of_event_is_missed_in_every_dispatch(widened: list[str]) -> None:
    core = ("affected", "left_out", "finding_index", "render", "rules/assess")
    lines = [line for line in widened if "Complaint" in line]
    for where in (*(f"streams/core/{name}.py" for name in core), *READERS):
        assert any(line.startswith(f"{where}:") for line in lines), (where, widened)
    # In and out of the timelines.
    assert sum(line.startswith("streams/core/subject_history.py:") for line in lines) == 2


@pytest.mark.parametrize("where", [CONTRACT, COUNTS])
def test_a_new_status_of_a_delivery_is_missed_where_it_is_counted(
    widened: list[str], where: str
) -> None:
    missed = [line for line in widened if line.startswith(f"{where}:")]
    assert any("QUEUED" in line for line in missed), widened


SEVENTH: Final = '''"""A seventh rule, with a read that it may forget to name."""

from __future__ import annotations

from streams.core.events import MarketingMessage, RecipientNotification
from streams.core.rules.rule import Rule
from streams.core.state import Verdict
from streams.core.subject import Subject
from streams.core.vocabulary import Code

RULE = Rule(norm="4.4", judges=MarketingMessage, codes=(Code.MSG_NO_UNSUBSCRIBE,), reads={})


def judge(subject: Subject, message: MarketingMessage) -> list[Verdict]:
    sent = [n for of in subject.notifications.values() for n in of.through(message.occurred_at)]
    return [Verdict(code=Code.MSG_NO_UNSUBSCRIBE)] if sent else []
'''
NAMED: Final = "reads={RecipientNotification: frozenset({'occurred_at'})}"
PROOF: Final = "tests/property/test_reads.py::test_every_field_that_decides_is_named_and_looked_at"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (SEVENTH, "no rule says: MSG_NO_UNSUBSCRIBE of MarketingMessage"),
        (SEVENTH.replace("reads={}", NAMED), "affected passes over: MSG_NO_UNSUBSCRIBE"),
    ],
    ids=["not named", "named, and not looked at again"],
)
def test_a_seventh_rule_with_a_forgotten_read_is_found(copy: Path, rule: str, said: str) -> None:
    (copy / "streams/core/rules/seventh.py").write_text(rule, "utf-8")
    called = (
        "streams/core/rules/assess.py",
        "        verdicts = judge_message_extras(event)\n",
        (
            "        from streams.core.rules import seventh\n\n"
            "        verdicts = judge_message_extras(event) + seventh.judge(subject, event)\n"
        ),
    )
    registered = (
        "streams/core/rules/registry.py",
        "    duties.OF_SHARES,\n)",
        "    duties.OF_SHARES,\n    seventh.RULE,\n)",
    )
    imported = (
        "streams/core/rules/registry.py",
        "    share_extras,\n)",
        "    share_extras,\n    seventh,\n)",
    )
    try:
        with changed(copy, called, registered, imported):
            status, printed = run(copy, "pytest", "-q", "-p", "no:cacheprovider", PROOF)
    finally:
        (copy / "streams/core/rules/seventh.py").unlink()
    assert status == 1, printed
    assert said in printed
