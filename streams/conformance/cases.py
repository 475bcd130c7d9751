"""Conformance cases: what they hold, what a run yields, how the two differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from streams.check.engine import gather, judged
from streams.core.findings import Duty, Finding
from streams.core.instants import Instant, parse_instant
from streams.core.policy import UNDATED_ADEQUACY, Policy, Registers
from streams.core.vocabulary import Code
from streams.errors import ConsentryError
from streams.files.records import Line
from streams.files.unpack import UNPACKING_ERRORS, DamagedError, NotInstalledError, unpacked
from streams.policy_file import policy_from_names
from streams.safe_text import safe_json_line

REGISTERS: Final = Registers(adequacy=UNDATED_ADEQUACY)
"""What holds where a case has no register of its own: no recipients, no notices; the countries
of the legal model without dates."""

DEFAULTS: Final = {"similar_products": [["COFFEE", "TEA"]]}
"""What the cases use throughout, in the form of the policy file."""

MAX_CASES: Final = 268_435_456
"""Bytes of a file of cases, unpacked; all of them are held."""

OVERDUE: Final = Code.RECIPIENT_NOT_NOTIFIED


class NetFinding(msgspec.Struct, frozen=True, order=True):
    """A finding of a case. `recipient_id` is empty but for RECIPIENT_NOT_NOTIFIED."""

    event_id: str
    code: str
    recipient_id: str = ""


class NetDuty(msgspec.Struct, frozen=True, order=True):
    """A duty of a case."""

    trigger_event_id: str
    recipient_id: str


_Line = TypeVar("_Line", NetFinding, NetDuty)


class CaseNet(msgspec.Struct, frozen=True):
    """The net result of a case, sorted.

    Events of different types may share an id, which is all that a line names: so a line can
    occur twice, and both count.
    """

    findings: tuple[NetFinding, ...]
    duties: tuple[NetDuty, ...]

    @staticmethod
    def of(findings: Iterable[NetFinding], duties: Iterable[NetDuty]) -> CaseNet:
        """The net result of these, in any order."""
        return CaseNet(tuple(sorted(findings)), tuple(sorted(duties)))


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file of cases. `expected` None: the case only asks for results.

    `events` are the bytes of its events in arrival order. `has_policy`: it has settings
    of its own.
    """

    name: str
    title: str
    line: int
    clock: Instant | None
    policy: Policy
    has_policy: bool
    events: tuple[bytes, ...]
    expected: CaseNet | None


def read_cases(path: Path, clock: Instant | None = None) -> list[Case]:
    """Read a file of cases, plain or gzipped; `clock` overrides the clock of each.

    Raises ConsentryError with every line that is no case.
    """
    text = _text_of(path)
    cases: list[Case] = []
    problems: list[str] = []
    names: dict[str, int] = {}
    # Only newlines part lines: JSON may hold the other separators that Python knows.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = _case(line, number, clock)
        except ValueError as error:
            problems.append(f"{path}:{number}: {error}")
            continue
        if case.name in names:
            problems.append(f"{path}:{number}: line {names[case.name]} has the same case name")
            continue
        names[case.name] = number
        cases.append(case)
    if problems:
        raise ConsentryError("not every line is a case:", _FORM, problems=problems)
    if not cases:
        raise ConsentryError(f"{path} holds no cases", _FORM)
    return cases


_FORM: Final = (
    "A case is one JSON object per line: case, events, and as wanted policy, clock, findings, "
    "duties (tests/conformance/README.md)."
)


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = unpacked(file)[0].read(MAX_CASES + 1)
        if len(content) > MAX_CASES:
            raise ConsentryError(
                f"the cases {path} are longer than {MAX_CASES} bytes", "Divide them into files."
            )
        return content.decode("utf-8-sig")
    except (DamagedError, NotInstalledError) as error:
        raise ConsentryError(f"the cases {path} are damaged: {error}", _COPY) from None
    except UNPACKING_ERRORS:
        raise ConsentryError(
            f"the cases {path} are damaged: they cannot be unpacked", _COPY
        ) from None
    except OSError as error:
        raise ConsentryError(
            f"the cases {path} cannot be read: {error.strerror}", "Correct the name."
        ) from None
    except UnicodeDecodeError:
        raise ConsentryError(f"the cases {path} are not UTF-8", "Write them as UTF-8.") from None


_COPY: Final = "Copy the file again."


def run_offline(case: Case) -> CaseNet:
    """Judge a case's events as one history, up to its clock."""
    lines = (Line(case.name, number, value) for number, value in enumerate(case.events, start=1))
    gathered = gather(lines, case.policy, case.clock)
    findings: list[Finding] = list(gathered.findings.in_order())
    duties: list[Duty] = []
    for one in judged(gathered, case.policy, case.clock):
        findings.extend(one.findings)
        duties.extend(one.duties)
    return net_of(findings, duties)


def net_of(findings: Iterable[Finding], duties: Iterable[Duty]) -> CaseNet:
    """The net result as cases name it; retracted ones must be left out already."""
    return CaseNet.of(
        (
            NetFinding(
                finding.event_id,
                finding.code,
                (finding.recipient_id or "") if finding.code == OVERDUE else "",
            )
            for finding in findings
        ),
        (NetDuty(duty.trigger_event_id, duty.recipient_id) for duty in duties),
    )


def result_line(case: Case, net: CaseNet) -> bytes:
    """One line of results: sorted, as conformance/README.md defines it."""
    findings = []
    for finding in net.findings:
        found = {"event_id": finding.event_id, "code": finding.code}
        if finding.recipient_id:
            found["recipient_id"] = finding.recipient_id
        findings.append(found)
    duties = [
        {"trigger_event_id": duty.trigger_event_id, "recipient_id": duty.recipient_id}
        for duty in net.duties
    ]
    result = {"case": case.name, "findings": findings, "duties": duties}
    return safe_json_line(msgspec.json.encode(result)) + b"\n"


def differences(case: Case, net: CaseNet) -> Iterator[str]:
    """What is missing and what is extra, a line each; nothing where the case is met."""
    if case.expected is None:
        return
    for missing in _beyond(case.expected.findings, net.findings):
        yield f"missing  {_described(missing)}"
    for extra in _beyond(net.findings, case.expected.findings):
        yield f"extra    {_described(extra)}"
    for lost in _beyond(case.expected.duties, net.duties):
        yield f"missing  duty on {lost.trigger_event_id} towards {lost.recipient_id}"
    for more in _beyond(net.duties, case.expected.duties):
        yield f"extra    duty on {more.trigger_event_id} towards {more.recipient_id}"


def _beyond(these: Iterable[_Line], those: Iterable[_Line]) -> list[_Line]:
    """What is among these more often than among those."""
    return sorted((Counter(these) - Counter(those)).elements())


def _described(finding: NetFinding) -> str:
    towards = f" towards {finding.recipient_id}" if finding.recipient_id else ""
    return f"{finding.code} on {finding.event_id}{towards}"


def _case(line: str, number: int, clock: Instant | None) -> Case:
    """Raises ValueError, saying what is wrong."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("not JSON that can be read") from None
    if not isinstance(raw, dict):
        raise ValueError("not a JSON object")
    name = raw.get("case")
    if not isinstance(name, str) or not name:
        raise ValueError("`case` must be a name")
    events = raw.get("events")
    if not isinstance(events, list):
        raise ValueError("`events` must be a list")
    settings = raw.get("policy") or {}
    if not isinstance(settings, dict):
        raise ValueError("`policy` must be an object of settings")
    return Case(
        name=name,
        title=str(raw.get("title") or ""),
        line=number,
        clock=_clock(raw.get("clock")) if clock is None else clock,
        policy=case_policy(settings),
        has_policy=bool(settings),
        events=tuple(msgspec.json.encode(event) for event in events),
        expected=_expected(raw),
    )


def case_policy(settings: dict[str, Any]) -> Policy:
    """The policy of a case. Raises ValueError with what is wrong with its settings."""
    try:
        return policy_from_names(
            settings, version="conformance", registers=REGISTERS, defaults=DEFAULTS
        )
    except ConsentryError as error:
        raise ValueError(error.problem) from None


def _clock(text: object) -> Instant | None:
    if text is None:
        return None
    try:
        return parse_instant(text) if isinstance(text, str) else None
    except ValueError:
        raise ValueError("`clock` must be an RFC 3339 instant with an offset, or null") from None


def _expected(raw: dict[str, Any]) -> CaseNet | None:
    if "findings" not in raw and "duties" not in raw:
        return None
    try:
        findings = msgspec.convert(raw.get("findings") or [], list[dict[str, str | None]])
        duties = msgspec.convert(raw.get("duties") or [], list[dict[str, str]])
        return CaseNet.of(
            (
                NetFinding(str(f["event_id"]), str(f["code"]), f.get("recipient_id") or "")
                for f in findings
            ),
            (NetDuty(d["trigger_event_id"], d["recipient_id"]) for d in duties),
        )
    except (msgspec.ValidationError, KeyError):
        raise ValueError(
            "`findings` need event_id and code, `duties` trigger_event_id and recipient_id"
        ) from None
