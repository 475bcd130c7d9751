"""The keys of the person in a record: its own first, and the others that say who it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from streams.core.identifiers import means_nobody
from streams.ingest.decoders import canonical_json
from streams.ingest.identities import Identities
from streams.ingest.outcomes import Stopped, reject
from streams.ingest.paths import type_name, word_of
from streams.ingest.subjects import SUBJECT_ID, PseudonymKey, SubjectRule
from streams.ingest.values import text_guard
from streams.wire.pseudonym import NotNormalisable, ValueKind

Applying = Sequence[tuple[SubjectRule, Any]]
"""The entries of `subject` that apply to a record, each with its value; at least one."""

Memo = dict[tuple[str, str], str]
"""Keys that were derived for the record already, by kind and value."""

NO_NUMBERS: Final = frozenset({"0", "-1"})
"""What a source writes for a number that it does not have; a pseudonym may be written so."""


class RecordKeys:
    """What derives the subjects of events: the secret key, and who is who."""

    def __init__(self, key: PseudonymKey, identities: Identities) -> None:
        self._key = key
        self._identities = identities
        self._derivations = {kind.value: key.of_kind(kind) for kind in ValueKind}
        self._derivations[SUBJECT_ID] = text_guard("subject_id")

    def canonical(self, found: Applying, memo: Memo) -> str:
        """The one subject of a grant. The record's own key must be sound.

        Others are looked at only where they may say who it is. Raises Stopped.
        """
        if not self._identities.people:
            rule, value = found[0]
            return self._derive(rule, value, memo)
        keys: list[str] = []
        for rule, value in found:
            try:
                keys.append(self._derive(rule, value, memo))
            except Stopped:
                if not keys:
                    raise
        return self._identities.canonical(keys)

    def every_key(self, found: Applying, memo: Memo) -> tuple[Sequence[str], Sequence[Stopped]]:
        """The subjects of a negative signal, and what is wrong with keys that cannot be read.

        A "no" reaches the keys that can be read, also where another is broken. Raises Stopped
        where none can.
        """
        if len(found) == 1:
            ((rule, value),) = found
            return self._identities.every_key((self._derive(rule, value, memo),)), ()
        keys: dict[str, None] = {}
        faults: list[Stopped] = []
        for rule, value in found:
            try:
                keys[self._derive(rule, value, memo)] = None
            except Stopped as fault:
                faults.append(fault)
        if not keys:
            raise faults[0]
        return self._identities.every_key(keys), faults

    def digest(self, record: Any) -> str:
        """The digest of a whole record. Raises Stopped for a value that is no JSON."""
        return self._key.digest(record if type(record) is bytes else canonical_json(record))

    def _derive(self, rule: SubjectRule, value: Any, memo: Memo) -> str:
        kind = rule.kind
        word = value if type(value) is str else word_of(value)
        if word is None or type(value) is bool:
            text = rule.path.text
            reject(f"subject: {text} is {type_name(value)}, and no {kind}", text)
        known = memo.get((kind, word))
        if known is not None:
            return known
        if word.strip() in NO_NUMBERS or means_nobody(word.strip()):
            text = rule.path.text
            reject(f"subject: {text} is a placeholder, and no {kind}", text)
        try:
            key = memo[kind, word] = self._derivations[kind](word)
        except NotNormalisable as error:
            text = rule.path.text
            reject(f"subject: {text} is no {kind}: {error}", text)
        except UnicodeError:
            text = rule.path.text
            reject(f"subject: {text} holds half a character (a lone surrogate)", text)
        return key
