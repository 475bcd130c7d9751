"""Policies that change at any time: what stands is what one batch under the last one gives."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from streams.agents import sweeper
from streams.agents.sweeper import Sweeper
from streams.core.identifiers import RecipientId, SubjectId, SubjectKey, subject_key
from streams.core.instants import EARLIEST, Instant, days, hours
from streams.core.policy import DatedValue, Policy, RecipientEntry, Registers, fixed_policy
from streams.core.subject import Subject
from streams.core.vocabulary import ClosingReason, DutyStatus, RecipientRole, Status
from streams.transport.commit.output_batch import Bounds
from streams.verify.compare import Comparison
from streams.verify.output_record import address_of, read_output
from streams.wire.rows import decode_any
from tests.agents.world import NAMES, ROOMY, World
from tests.property.drawn_events import HOUR, START, events
from tests.property.histories import REGISTERS, ids

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

SIMILAR = (("COFFEE", "TEA"),)
POLICIES = [
    fixed_policy(similar_products=SIMILAR),
    fixed_policy(notify_deadline=hours(20), final_after=hours(40)),
    fixed_policy(similar_products=SIMILAR, registers=REGISTERS),
    fixed_policy(
        named_recipient_required=False,
        unknown_recipient_role=RecipientRole.PROCESSOR,
        allow_basis_fallback=False,
        refusal_blocks_soft_opt_in=False,
    ),
    Policy(
        entries={
            "soft_opt_in_max_age": (
                DatedValue(EARLIEST, days(1)),
                DatedValue(Instant(START + 60 * HOUR), days(700)),
            ),
            "withdrawal_grace": (DatedValue(Instant(START + 30 * HOUR), hours(48)),),
        }
    ),
    Policy(
        registers=Registers(
            recipients=(
                RecipientEntry(
                    recipient_id=RecipientId("ACME"), valid_from=Instant(START + 300 * HOUR)
                ),
            )
        )
    ),
]
SUBJECTS = [SubjectId(f"s-{n}") for n in range(2)]

Step = tuple[str, Any]
happenings = st.tuples(st.sampled_from(SUBJECTS), events(ids(15))).map(
    lambda drawn: ("event", msgspec.structs.replace(drawn[1], subject_id=drawn[0]))
)
ticks = st.integers(0, 260).map(lambda hour: ("tick", Instant(START + hour * HOUR)))
changes = st.tuples(st.sampled_from(["change", "restart under"]), st.sampled_from(POLICIES))
sweeps = st.integers(1, 4).map(lambda count: ("sweep", count))
restarts = st.just(("restart", None))
phases = st.tuples(
    st.lists(happenings, min_size=2, max_size=9),
    st.lists(st.one_of(ticks, sweeps, restarts, happenings), max_size=3),
    changes,
    st.lists(st.one_of(happenings, sweeps, restarts, ticks), min_size=1, max_size=4),
).map(lambda phase: [*phase[0], *phase[1], phase[2], *phase[3]])
steps = st.lists(phases, min_size=1, max_size=3).map(
    lambda several: [one for p in several for one in p]
)
"""Enough of each subject that a policy makes a difference, and then others."""

bounds = st.sampled_from([ROOMY, Bounds(records=3, bytes=1 << 20, seconds=1.0)])


def standing(world: World, subject: SubjectKey) -> dict[str, tuple[Any, int]]:
    """What readers of the topics hold of a subject, by address."""
    found = {}
    for topic in (NAMES.violations, NAMES.duties):
        for value in world.compacted(topic).values():
            one = read_output(value, duty=topic == NAMES.duties)
            if subject_key(one.controller_id or "", one.subject_id or "") == subject:
                found[address_of(one)] = one, 0
    return found


def differences(world: World, subject: SubjectKey) -> list[Any]:
    """Where what stands of a subject is not what one batch under the policy in force gives."""
    rows = [decode_any(row, key) for key, row in world.rows.rows_of(subject).items()]
    compared = Comparison(NAMES, world.policy).subject(
        subject, rows, standing(world, subject), world.time(), 0
    )
    return compared.differences


def play(story: list[Step], roomy: Bounds) -> World:
    world = World(roomy, policy=POLICIES[0])
    world.tick(START)
    for kind, what in story:
        match kind:
            case "event":
                [record] = world.story(what)
                arrived = max(what.occurred_at + HOUR, world.time() or 0)
                world.take(record._replace(timestamp=arrived))
                key = subject_key(what.controller_id, what.subject_id)
                assert differences(world, key) == [], (
                    "a subject that was judged is wholly of one policy"
                )
            case "tick":
                world.tick(what)
            case "change":
                world.change(what, since=world.time())
            case "sweep":
                world.sweep(what)
            case _:
                world.restart(what)
    return world


def last_policy_decides(story: list[Step], roomy: Bounds, piece: int) -> None:
    with patch.object(sweeper, "AT_ONCE", piece):
        world = play(story, roomy).sweep()
    for subject in world.subjects:
        assert differences(world, subject) == []
    assert_revisions_rise(world)
    count = len(world.kept.batches)
    again = world.change(world.policy).restart(world.policy).sweep()
    assert len(again.kept.batches) == count, "the same policy changes nothing"


@given(steps, bounds, st.sampled_from([1, 2, 64]))
@settings(max_examples=150, deadline=None)
def test_what_stands_is_what_the_last_policy_gives(
    story: list[Step], roomy: Bounds, piece: int
) -> None:
    last_policy_decides(story, roomy, piece)


def assert_revisions_rise(world: World) -> None:
    """A reader who keeps the highest revision of an id holds what was published last."""
    revisions: dict[str, int] = {}
    for topic in (NAMES.violations, NAMES.duties):
        for output in world.outputs(topic):
            if output.value is None:
                continue
            one = read_output(output.value, duty=topic == NAMES.duties)
            assert one.revision > revisions.get(address_of(one), 0)
            revisions[address_of(one)] = one.revision


@given(st.lists(happenings, min_size=3, max_size=25), st.sampled_from(POLICIES[1:]))
@settings(max_examples=50, deadline=None)
def test_what_an_earlier_policy_found_is_retracted_for_that_reason(
    story: list[Step], after: Policy
) -> None:
    world = play(story, ROOMY)
    before = {finding.violation_id: finding for finding in world.findings()}
    published = len(world.findings())
    world.change(after, since=Instant(START)).sweep()
    for finding in world.findings()[published:]:
        assert finding.policy_version == after.version
        if finding.status is Status.RETRACTED:
            assert finding.reason == ClosingReason.POLICY_CHANGED
            assert "the policy was changed" in finding.explanation_en
        held = before.get(finding.violation_id)
        assert finding.late_detected == (held is not None and held.late_detected)
    assert all(
        "policy was changed" in duty.explanation_en
        for value in world.compacted(NAMES.duties).values()
        if (duty := read_output(value, duty=True)).status is DutyStatus.RETRACTED
        and duty.policy_version == after.version
    )


def test_it_is_noticed_where_a_record_does_not_wait_for_its_subject() -> None:
    """The property can fail: a worker that judges what is new by two policies."""

    def unaware(self: Sweeper, key: SubjectKey, subject: Subject) -> bool:
        subject.judged_by = self._policy
        return False

    @given(steps, bounds)
    @settings(max_examples=400, deadline=None, phases=[Phase.generate], database=None)
    def mixed(story: list[Step], roomy: Bounds) -> None:
        last_policy_decides(story, roomy, 64)

    with patch.object(Sweeper, "_stale", unaware), pytest.raises(AssertionError):
        mixed()
