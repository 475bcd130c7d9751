"""What an earlier generation left on the output topics ends, whatever it was."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from streams.agents.output_encoder import OutputEncoder
from streams.agents.partition_judge import PartitionJudge
from streams.core import texts
from streams.core.findings import Duty, Finding
from streams.core.instants import LATEST, Instant, days
from streams.core.policy import fixed_policy
from streams.core.superseded import own_address
from streams.core.vocabulary import ClosingReason, Code, Status
from streams.policy_file import load_policy
from streams.transport.commit.output_batch import Bounds, Output
from streams.wire.commands import HeldOutput, decode_command
from streams.wire.decode import Decoded, decode
from streams.wire.findings import decode_finding, encode_duty, encode_finding
from tests.agents.ordering import command, order, results
from tests.agents.superseding import Topics, outputs, plain
from tests.agents.test_erase import history
from tests.agents.world import NAMES, SETTINGS, World
from tests.kafka.stories import START, grant, share

CASES = Path(__file__).parents[1] / "policy" / "field_cases"
LENIENT = fixed_policy(withdrawal_grace=days(900))


def test_what_an_earlier_policy_found_is_taken_back_and_can_be_found_again() -> None:
    events = [decode(line, None) for line in (CASES / "orphan.jsonl").read_bytes().splitlines()]
    facts = [one.event for one in events if isinstance(one, Decoded)]
    first, second = World(), World(policy=load_policy(CASES / "orphan-after.toml"))
    first.take(*first.story(*facts))
    second.take(*second.story(*facts))
    topics = Topics(second, first)
    [(_, before)] = topics.held().items()
    assert second.findings() == []
    second.take(*topics.orders())
    after = second.findings()[0]
    assert isinstance(before, Finding)
    assert (after.violation_id, after.revision) == (before.violation_id, 2)
    assert (after.status, after.reason) == (Status.RETRACTED, ClosingReason.SUPERSEDED)
    wording = texts.finding(Code(after.code), Status.RETRACTED, ClosingReason.SUPERSEDED)
    assert (after.explanation_nl, after.remediation_en) == (
        wording.explanation.nl,
        wording.remediation.en,
    )
    assert topics.held() == topics.stated() == {}
    # Once is enough, and revisions go on from there.
    assert topics.unsaid() == []
    second.restart().change(first.policy).sweep()
    [(_, again)] = topics.held().items()
    assert (again.status, again.revision) == (Status.OPEN, 3)


def earlier() -> World:
    """A generation that had seen all, late and revised, and others too."""
    one = World()
    for n in range(6):
        one.take(*one.story(*reversed(history(f"s{n}"))))
    one.take(*one.story(share("late", "1", Instant(START + 5))))
    one.take(*one.story(grant("late", "g", START)))
    return one


def later(bounds: Bounds | None = None) -> World:
    """The next one: from inputs that were cut, under another policy, in another order."""
    one = World(policy=LENIENT) if bounds is None else World(bounds, policy=LENIENT)
    for n in range(3, 8):
        one.take(*one.story(*history(f"s{n}")[n % 2 :]))
    one.take(*one.story(share("late", "1", Instant(START + 5))))
    return one


@pytest.mark.parametrize("crash_after", [0, 1, 2, 5, 9])
def test_readers_of_the_highest_revision_come_to_hold_what_the_state_says(crash_after: int) -> None:
    one = later(Bounds(6, 1 << 20, 1.0))
    topics = Topics(one, earlier())
    assert topics.held() != topics.stated()
    records = topics.orders()
    if crash_after:
        one.interrupted(records[0], crash_after)
        one.restart(one.policy)
    one.take(*records)
    held, stated = topics.held(), topics.stated()
    assert {at: found.revision for at, found in held.items()} == {
        at: found.revision for at, found in stated.items()
    }
    assert plain(held) == plain(stated)
    assert len(held) > 5
    assert topics.unsaid() == []
    counts = results(one)[0].counts
    assert sum(counts.values()) == len(decode_command(records[0].value).standing)
    assert min(counts["retracted"], counts["raised"]) > 3
    # The command is read twice where its sender did not wait: nothing is said again.
    before = len(outputs(one))
    named = Topics(later(), earlier()).unsaid()
    one.take(*topics.orders(named)[:-1])
    again = [output for output in outputs(one)[before:] if output.value is not None]
    assert {output.key for output in again}.isdisjoint({at[1].encode() for at in held})
    assert topics.held() == held


def test_what_is_none_of_ours_gets_a_tombstone_and_no_list_is_believed() -> None:
    one = World()
    one.take(*one.story(*history("s1")))
    topics = Topics(one)
    own = topics.stated()
    (_, finding), *_ = own.items()
    assert isinstance(finding, Finding)
    forged = msgspec.structs.replace(finding, violation_id="00000000-0000-5000-8000-000000000000")
    letter = msgspec.structs.replace(finding, code=Code.RAW_PERSONAL_DATA_IN_EVENT)
    named = [
        HeldOutput(id="nonsense", record=b"no finding"),
        HeldOutput(id="nonsense", duty=True),
        HeldOutput(id=forged.violation_id, record=encode_finding(forged)),
        HeldOutput(id="about-a-record", record=encode_finding(letter)),
        # These the state says: as garbage, and as a finding of a lower revision.
        HeldOutput(id=finding.violation_id),
        HeldOutput(id=finding.violation_id, record=encode_finding(
            msgspec.structs.replace(finding, revision=finding.revision - 1))),
    ]  # fmt: skip
    since = len(outputs(one))
    one.take(*topics.orders(named)[:-1])
    [result] = results(one)
    assert result.counts == {"left": 1, "in_line": 1, "removed": 2, "retracted": 1}
    [ended] = [o.value for o in outputs(one)[since:] if o.value is not None]
    assert (decode_finding(ended).violation_id, decode_finding(ended).status) == (
        forged.violation_id,
        Status.RETRACTED,
    )
    tombstones = {(o.topic, o.key) for o in outputs(one)[since:]}
    assert tombstones == {
        (NAMES.violations, b"nonsense"),
        (NAMES.duties, b"nonsense"),
        (NAMES.violations, forged.violation_id.encode()),
    }
    assert topics.held() == own


def test_a_foreign_revision_above_the_own_is_outdone() -> None:
    one = World()
    one.take(*one.story(*history("s1")))
    topics = Topics(one)
    (_, finding), *_ = topics.stated().items()
    assert isinstance(finding, Finding)
    foreign = msgspec.structs.replace(finding, revision=7, code=Code.SHARE_DESPITE_REFUSAL)
    key = finding.violation_id.encode()
    topics.before.append(Output(NAMES.violations, 0, key, encode_finding(foreign)))
    one.take(*topics.orders())
    mine = [decode_finding(o.value) for o in outputs(one) if o.key == key and o.value]
    assert (mine[-1].revision, mine[-1].code) == (8, finding.code)
    assert topics.held() == topics.stated()


def test_a_foreign_record_with_an_instant_that_json_cannot_write_stops_nothing() -> None:
    one = World()
    one.judge = PartitionJudge(one.partition, SETTINGS, one.policy, encoder=OutputEncoder("json"))
    one.take(*one.story(*history("s1")))
    finding, *_ = one.findings()
    forged = msgspec.structs.replace(finding, violation_id="forged", occurred_at=LATEST + 1)
    named = [HeldOutput(id="forged", record=encode_finding(forged))]
    one.take(*Topics(one).orders(named)[:-1])
    assert results(one)[0].counts == {"removed": 1}
    assert (outputs(one)[-1].key, outputs(one)[-1].value) == (b"forged", None)


def test_a_foreign_duty_towards_nobody_stops_nothing() -> None:
    one = World()
    one.take(*one.story(*history("s1")))
    topics = Topics(one)
    duty = next(found for found in topics.stated().values() if isinstance(found, Duty))
    forged = msgspec.structs.replace(duty, recipient_id="")
    forged = msgspec.structs.replace(forged, duty_id=own_address(forged))
    named = [HeldOutput(id=forged.duty_id, duty=True, record=encode_duty(forged))]
    one.take(*topics.orders(named)[:-1])
    assert results(one)[0].counts == {"removed": 1}


def test_an_erased_person_is_not_spoken_of_again() -> None:
    one = World()
    one.take(*one.story(*history("s1")))
    topics = Topics(one)
    named = [
        HeldOutput(id=finding.violation_id, record=encode_finding(finding))
        for finding in one.findings()
    ]
    one.take(order(one, command("erase", "s1")))
    since = len(outputs(one))
    one.take(*topics.orders(named))
    assert all(output.value is None for output in outputs(one)[since:])


def test_a_person_of_another_partition_is_left() -> None:
    one = World(count=12, number=0)
    named = [
        HeldOutput(id=finding.violation_id, record=encode_finding(finding))
        for finding in earlier().findings()
    ]
    one.take(order(one, command("retract", standing=tuple(named))))
    [result] = results(one)
    assert result.counts["elsewhere"] > 0
    assert sum(result.counts.values()) == len(named)
