"""What `consentry explain` says of an id of the stored facts: finding, duty, event or person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.cli.progress import progress_bar
from streams.cli.restricted import IN_WORK
from streams.terminal.out import say, say_json, warn

if TYPE_CHECKING:
    from streams.core.policy import Policy
    from streams.settings import Settings
    from streams.subject_access import Explanation, IdKind, Located
    from streams.subject_access.explained_shown import PolicyNames
    from streams.subject_access.explanation import Explained


def known_policies(settings: Settings) -> tuple[Policy, dict[str, str]]:
    """The policy in force, and the versions of all on the topic by the digits that end them.

    Raises ConsentryError where they cannot be read.
    """
    from streams.control.in_force import file_policy
    from streams.control.read import read_control

    found = read_control(settings)
    in_force = found.in_force()
    policy = file_policy(settings) if in_force is None else in_force.policy
    versions = [policy.version, *(entry.record.version for entry in found.entries)]
    return policy, {version.rpartition("+")[2]: version for version in versions}


def find_stored(
    one_id: str, settings: Settings, policy: Policy, controller: str | None, subject: str | None,
    kind: IdKind | None,
) -> Explanation | None:  # fmt: skip
    """Explain an id from the changelog; None where nothing is stored under it.

    `controller`, `subject` and `kind` say whose it is and what it is of, where that is known.
    Raises ConsentryError where several have it, or where the changelog cannot be read.
    """
    from streams.core.identifiers import ControllerId, SubjectId
    from streams.subject_access import IdKind, explain, locate, read_person

    kinds = list(IdKind) if kind is None else [kind]
    persons = []
    if controller is not None and subject is not None:
        persons = [(ControllerId(controller), SubjectId(subject), one) for one in kinds]
    elif controller is not None and IdKind.PERSON in kinds:
        # A controller and a pseudonym name one partition: no need to read the others.
        persons = [(ControllerId(controller), SubjectId(one_id), IdKind.PERSON)]
    stored = None
    for controller_id, subject_id, one in persons:
        if one is IdKind.PERSON and subject_id != one_id:
            continue
        if stored is None:
            with progress_bar("reading", None, unit="percent") as advance:
                stored = read_person(settings, controller_id, subject_id, advance)
        found = explain(one, one_id, stored, policy)
        if not found.empty:
            return found
    if controller is not None and subject is not None:
        return None
    with progress_bar("searching", None, unit="percent") as advance:
        everybody = locate(settings, one_id, advance)
    fitting = [
        one for one in everybody
        if one.kind in kinds
        and controller in (None, one.controller_id)
        and subject in (None, one.subject_id)
    ]  # fmt: skip
    if not fitting:
        return None
    place = _only(one_id, fitting)
    with progress_bar("reading", None, unit="percent") as advance:
        stored = read_person(settings, place.controller_id, place.subject_id, advance)
    found = explain(place.kind, one_id, stored, policy)
    return None if found.empty else found


def _only(one_id: str, found: list[Located]) -> Located:
    """The one that is meant. Raises ConsentryError where several have the id, and lists them."""
    from streams.errors import ConsentryError

    if len(found) == 1:
        return found[0]
    for one in found[:_LISTED]:
        say(f"{one.kind}  --controller {one.controller_id} --subject {one.subject_id}")
    raise ConsentryError(
        f"{one_id!r} is the id of {len(found)} things",
        "Say which one is meant with --kind, --controller and --subject.",
    )


_LISTED = 20


def show_stored(found: Explanation, policies: PolicyNames, *, as_json: bool) -> None:
    """Show what is stored under an id."""
    from streams.subject_access import IdKind
    from streams.subject_access.explained_shown import as_json as values_of

    if found.person.stored.in_work:
        warn(IN_WORK)
    if as_json:
        values = values_of(found, policies)
        if found.kind in (IdKind.FINDING, IdKind.DUTY):
            values["code"] = _code(found.explained[0])
        say_json(values)
        return
    stored = found.person.stored
    say(f"The id of {_A_KIND[found.kind.value]}, of {stored.subject_id} ({stored.controller_id})")
    say()
    if found.kind in (IdKind.FINDING, IdKind.DUTY):
        _show_whole(found.explained[0], policies)
    else:
        _show_facts(found, policies)


def _code(one: Explained) -> object:
    from streams.cli.explain_code import code_as_json
    from streams.core.codes import entry_of

    entry = entry_of(one.output.code)
    return code_as_json(entry) if entry else None


_A_KIND = {
    "finding": "a finding", "duty": "a duty", "event": "an event", "person": "a person",
}  # fmt: skip


def _show_facts(found: Explanation, policies: PolicyNames) -> None:
    """Events, and the revisions of all that was published about them."""
    from streams.subject_access.explained_shown import event_lines, heading, history_lines

    for occurrence in found.occurrences:
        for line in event_lines(occurrence.fact.event, counts=occurrence.counts):
            say(line)
    for row in found.refused:
        say(f"refused: {row.event_type} {row.event_id}, {row.status.lower()}")
    for one in found.explained:
        say()
        say(heading(one.output), bold=True)
        for line in history_lines(one, policies):
            say(f"  {line}")


def _show_whole(one: Explained, policies: PolicyNames) -> None:
    """A finding or duty with texts, law, the facts that decided it and its history."""
    from streams.cli.explain_finding import show_particulars
    from streams.core.findings import Finding
    from streams.subject_access.explained_shown import history_lines, moment_lines
    from streams.wire.findings import duty_to_json, finding_to_json

    output = one.output
    values = finding_to_json(output) if isinstance(output, Finding) else duty_to_json(output)
    # A row does not keep them: the history names the policy of each revision.
    show_particulars(values | {"law_version": None, "policy_version": None, "rule_version": None})
    for head, lines in (
        ("Facts", moment_lines(one.moments)),
        ("History", history_lines(one, policies)),
    ):
        say()
        say(head)
        for line in lines:
            say(f"  {line}")
