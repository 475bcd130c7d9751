"""Conformance cases: reading a file of them, and judging one offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from streams.check.engine import judged
from streams.check.gather import gather
from streams.conformance.net import CaseNet, NetDuty, NetFinding, net_of
from streams.core.findings import Duty, Finding
from streams.core.instants import Instant, parse_instant
from streams.core.policy import UNDATED_ADEQUACY, Policy, Registers
from streams.errors import ConsentryError
from streams.files.records import Line
from streams.files.unpack import UNPACKING_ERRORS, DamagedError, NotInstalledError, unpacked
from streams.policy_file import policy_from_names
from streams.policy_file.places import suggestion

REGISTERS: Final = Registers(adequacy=UNDATED_ADEQUACY)
"""What holds where a case has no register of its own: no recipients, no notices; the countries
of the legal model without dates."""

DEFAULTS: Final = {"similar_products": [["COFFEE", "TEA"]]}
"""What the cases use throughout, in the form of the policy file."""

MAX_CASES: Final = 268_435_456
"""Bytes of a file of cases, unpacked; all of them are held."""


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


_KEYS: Final = ["case", "title", "why", "events", "policy", "clock", "findings", "duties"]

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
    findings: list[Finding] = []
    duties: list[Duty] = []
    for one in judged(gathered, case.policy, case.clock):
        findings.extend(one.findings)
        duties.extend(one.duties)
    findings.extend(gathered.findings.in_order())
    return net_of(findings, duties)


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
    for key in raw:
        if key not in _KEYS and (meant := suggestion(key, _KEYS)):
            raise ValueError(f"`{key}` is no key of a case{meant}")
    settings = {} if raw.get("policy") is None else raw["policy"]
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
        if isinstance(text, str):
            return parse_instant(text)
    except ValueError:
        pass
    raise ValueError("`clock` must be an RFC 3339 instant with an offset, or null")


def _expected(raw: dict[str, Any]) -> CaseNet | None:
    if "findings" not in raw and "duties" not in raw:
        return None
    try:
        given = {
            name: [] if raw.get(name) is None else raw[name] for name in ("findings", "duties")
        }
        findings = msgspec.convert(given["findings"], list[dict[str, str | None]])
        duties = msgspec.convert(given["duties"], list[dict[str, str]])
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
