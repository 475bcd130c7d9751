"""A guessed rule as the lines of its `[[event]]`, and the table that the DPO fills in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streams.ingest import guess_places as places
from streams.ingest.guess_text import PERSONAL, action_word, plain_words, quoted, time_of
from streams.ingest.guess_words import CHANNELS, FINAL, NO_ACTS, bare, enum_prefix
from streams.ingest.observing import Observed, SeenPlace
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind

_UNDECIDED = 'reject = "what this is for is not decided"  # DECIDE'
_EVENT_NAMES = frozenset({"event", "eventtype", "eventname", "action", "type", "transactiontype"})


@dataclass(frozen=True)
class GuessedRule:
    """What a rule is made of.

    `list_meaning`: what standing on its list means, in place of an answer; `is_column`: its
    answer stands in a column that is the purpose too.
    """

    name: str
    seen: Observed
    action: SeenPlace | None
    purpose: SeenPlace | None
    list_meaning: str | None = None
    is_column: bool = False

    def table_keys(self) -> list[str]:
        """Keys of the table."""
        if self.is_column:
            return [self.name]
        place = self.seen.places.get("item") if self.list_meaning else self.purpose
        return ["all"] if place is None else sorted(place.values)


def test_check(seen: Observed) -> list[str]:
    """A check for records of a trial, where a flag says so."""
    flag = places.test_flag_in(seen)
    if flag is None:
        return []
    return [
        "[[check]]",
        f"from = {quoted(flag.path)}  # guess",
        'words = {false = "pass", true = {reject = "a test"}}',
        'absent = "no-grant"',
        "",
    ]


def rule_lines(map_name: str, rule: GuessedRule) -> list[str]:
    """One `[[event]]`."""
    seen = rule.seen
    own = places.own_id(seen)
    nature = "act" if own is not None and _is_act(rule) else "state"
    return [
        "[[event]]",
        f"name = {quoted(rule.name)}",
        'type = "consent-change"',
        f'nature = "{nature}"  # guess; "act": somebody did something then, "state": a snapshot',
        *_divided(rule),
        _table(rule),
        *_subject(seen),
        "",
        *_status(rule),
        "[event.set]",
        *_ids(map_name, rule, own),
        _time(seen),
        *_more(seen),
        "",
        *_scope(seen),
        *_action(rule),
    ]


def _is_act(rule: GuessedRule) -> bool:
    """A state is the safe guess: it lifts nothing without an instant of its own."""
    return rule.list_meaning is not None or (
        rule.action is not None and rule.action.kind == "text" and rule.action.name in _EVENT_NAMES
    )


def _divided(rule: GuessedRule) -> list[str]:
    each = rule.seen.each
    if each is None:
        return []
    lines = [f"each = {quoted(each)}  # guess"]
    if rule.list_meaning is not None:
        lines.append('absent = {ignore = "no such list"}')
    return lines


def _table(rule: GuessedRule) -> str:
    if rule.is_column:
        return f'table = {{name = "purposes", row = {quoted(rule.name)}}}'
    place = rule.seen.places.get("item") if rule.list_meaning else rule.purpose
    if place is None:
        return 'table = {name = "purposes", row = "all"}  # no place says the purpose'
    return f'table = {{name = "purposes", from = {quoted(place.path)}}}  # guess'


def _subject(seen: Observed) -> list[str]:
    found = places.people_in(seen)
    if not found:
        return ['subject = {from = "top.customer", kind = "customer-id"}  # no place found: DECIDE']
    if len(found) == 1:
        place, kind = found[0]
        return [
            f"subject = {{from = {quoted(place.path)}, kind = {quoted(kind)}}}  # guess: DECIDE"
        ]
    entries = [f"  {{from = {quoted(p.path)}, kind = {quoted(k)}}}," for p, k in found]
    return ["subject = [  # guess: several keys of one person, the first is its own: DECIDE", *entries,
            "]"]  # fmt: skip


def _status(rule: GuessedRule) -> list[str]:
    place = places.status_in(rule.seen, rule.action)
    if place is None:
        return []
    words = {
        word: '"pass"' if bare(word) in FINAL else f"{{ignore = {quoted(NO_ACTS[bare(word)])}}}"
        for word in place.values
    }
    return ["[[event.check]]", f"from = {quoted(place.path)}  # guess", 'absent = "no-grant"', "",
            *plain_words("event.check.words", words)]  # fmt: skip


def _ids(map_name: str, rule: GuessedRule, own: SeenPlace | None) -> list[str]:
    start = "{digest}" if own is None else f"{{{own.path}}}"
    if rule.is_column:
        event_id = f"{start}:{rule.name}"
    elif rule.seen.each is None:
        event_id = start
    elif rule.list_meaning is not None:
        event_id = f"{start}:{rule.name}:{{item}}"
    elif rule.purpose is not None and rule.purpose.path.startswith(("item", "name")):
        event_id = f"{start}:{{{rule.purpose.path}}}"
    else:
        event_id = f"{start}:{{number}}"
    return [
        f"event_id = {quoted(event_id)}  # guess",
        f"consent_id = {quoted(event_id)}",
        f"evidence_ref = {quoted(f'{map_name}:{start}')}",
    ]


def _time(seen: Observed) -> str:
    place = places.time_in(seen)
    if place is None:
        return 'occurred_at = {from = "top.time", time = "rfc3339"}  # no place found: DECIDE'
    line = f"occurred_at = {time_of(place.path, place.kind)}  # guess"
    if "zone" in line:
        line += ": no offset stands in the times, so which zone: DECIDE"
    return line


def _more(seen: Observed) -> list[str]:
    lines = []
    notice, end = places.notice_in(seen), places.end_in(seen)
    if notice is not None:
        lines.append(f"notice_version = {{from = {quoted(notice.path)}, optional = true}}  # guess")
    if end is not None:
        how = time_of(end.path, end.kind).removesuffix("}")
        lines.append(f"expires_at = {how}, optional = true}}  # guess")
    return lines


def _scope(seen: Observed) -> list[str]:
    """Channel and recipient, where the record has them: without, a grant would be wider."""
    lines: list[str] = []
    channel, recipient = places.channel_in(seen), places.recipient_in(seen)
    if channel is not None:
        words = {word: quoted(CHANNELS[bare(word)]) for word in channel.values}
        lines += ["[event.set.channels]", f"from = {quoted(channel.path)}  # guess",
                  "optional = true", "", *plain_words("event.set.channels.words", words)]  # fmt: skip
    if recipient is not None:
        lines += ["[event.set.recipient_ids]", f"from = {quoted(recipient.path)}  # guess",
                  "optional = true", "", "[event.set.recipient_ids.words]"]  # fmt: skip
        lines += [
            PERSONAL
            if raw_kind(word, EVERYTHING)
            else f'{quoted(word)} = {{reject = "who this is is not decided"}}  # DECIDE'
            for word in sorted(recipient.values)
        ]
        lines.append("")
    return lines


def _action(rule: GuessedRule) -> list[str]:
    if rule.list_meaning is not None:
        return ["[event.set.action]", f"value = {quoted(rule.list_meaning)}  # guess", ""]
    assert rule.action is not None
    lines = ["[event.set.action]", f"from = {quoted(rule.action.path)}  # guess"]
    # Of two values both will come, whichever was seen.
    words = {"true", "false"} if rule.action.kind == "bool" else set(rule.action.values)
    if rule.is_column:
        lines.append('absent = {ignore = "no answer stands there"}')
    return [*lines, "", "[event.set.action.words]",
            *(action_word(word, enum_prefix(words)) for word in sorted(words)), ""]  # fmt: skip


def table_text(rules: Sequence[GuessedRule]) -> str:
    """The table of purposes, a row for each key, all undecided."""
    keys = dict.fromkeys(key for rule in rules for key in rule.table_keys())
    lines = ["# For the DPO: what each of these means. For example:",
             '# purposes = ["OWN_DIRECT_MARKETING"]']  # fmt: skip
    if all(places.channel_in(rule.seen) is None for rule in rules):
        lines.append('# channels = ["EMAIL"]')
    if all(places.recipient_in(rule.seen) is None for rule in rules):
        lines.append('# recipient_ids = ["ACME"]  # where data go to others')
    lines.append("")
    for key in keys:
        if raw_kind(key, EVERYTHING):
            lines.append("# a value that may be personal is left out")
        else:
            lines += [f"[{quoted(key)}]", _UNDECIDED, ""]
    return "\n".join(lines) + "\n"
