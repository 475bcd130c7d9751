"""The truth of a sample: what each story must yield, written down by its author.

Nothing here is computed by the rules. A finding that becomes true at an instant (a
deadline that passes) carries it in `true_after`, so that one truth serves every clock.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from streams.core.instants import Instant, format_instant, parse_instant
from streams.core.vocabulary import Code
from streams.errors import ConsentryError


class ExpectedFinding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding that must stand at the end. `recipient_id` for RECIPIENT_NOT_NOTIFIED only.

    `true_after`: it stands only if the clock is later than this instant.
    """

    subject_id: str
    event_id: str
    code: str
    story: str
    recipient_id: str | None = None
    true_after: Instant | None = None


class ExpectedDuty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A duty to notify a recipient that must have been raised, whatever became of it."""

    subject_id: str
    trigger_event_id: str
    recipient_id: str
    story: str


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run over the sample must find, and nothing else.

    `clock` is the instant up to which deadlines count (the sample's `until`).
    `unaddressed` counts findings on records without a readable event: how many, by
    code. `stories` counts the subjects of each story, `clean_subjects` those without
    any finding at `clock`; `records` counts what the stream holds, by kind.
    """

    form: str = "consentry-truth-1"
    seed: int
    subjects: int
    clock: Instant
    findings: tuple[ExpectedFinding, ...]
    duties: tuple[ExpectedDuty, ...]
    unaddressed: dict[str, int]
    stories: dict[str, int]
    clean_subjects: int
    records: dict[str, int]
    absent: dict[str, str]
    """Codes that this sample cannot hold, each with the reason."""

    def standing(self, clock: Instant | None) -> list[ExpectedFinding]:
        """The findings that stand when deadlines are judged up to `clock`."""
        return [
            finding
            for finding in self.findings
            if finding.true_after is None or (clock is not None and clock > finding.true_after)
        ]

    def by_code(self, clock: Instant | None) -> Counter[str]:
        """How often each code must be found, duties and unreadable records included."""
        found = Counter(finding.code for finding in self.standing(clock))
        found[Code.RECIPIENT_NOTIFICATION_DUE] += len(self.duties)
        found.update(self.unaddressed)
        return found


def write_truth(truth: Truth, path: Path) -> None:
    """Write `truth` as JSON: one finding or duty a line, so that `grep` answers questions."""
    plain = msgspec.to_builtins(truth)
    plain["clock"] = format_instant(truth.clock)
    for finding in plain["findings"]:
        if "true_after" in finding:
            finding["true_after"] = format_instant(finding["true_after"])
    lines = []
    for name, value in plain.items():
        if isinstance(value, (list, tuple)) and value:
            items = ",\n    ".join(msgspec.json.encode(item).decode() for item in value)
            lines.append(f'  "{name}": [\n    {items}\n  ]')
        else:
            lines.append(f'  "{name}": {msgspec.json.encode(value).decode()}')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def read_truth(path: Path) -> Truth:
    """Read what `write_truth` wrote. Raises ConsentryError when it is something else."""
    try:
        plain = msgspec.json.decode(path.read_bytes())
        if not isinstance(plain, dict) or plain.get("form") != "consentry-truth-1":
            raise ValueError("not a truth file")
        plain["clock"] = parse_instant(plain["clock"])
        for finding in plain["findings"]:
            if "true_after" in finding:
                finding["true_after"] = parse_instant(finding["true_after"])
        return msgspec.convert(plain, Truth)
    except OSError as error:
        raise ConsentryError(
            f"{path}: {error.strerror}", "Name the truth.json of a sample."
        ) from None
    except (ValueError, KeyError, TypeError, msgspec.MsgspecError):
        raise ConsentryError(
            f"{path}: not the truth of a sample", "Write one with `consentry sample`."
        ) from None
