"""Texts of others: made safe once, and still distinguishing what they distinguished."""

from __future__ import annotations

import unicodedata
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.codes import CODES
from streams.core.texts.appended import LABEL, PROTECTION
from streams.core.texts.listing import every_text
from streams.core.texts.wording import joined
from streams.core.vocabulary import Status
from streams.siem import words
from streams.siem.notice import notice_of
from streams.siem.plain import ID_BYTES, LONGEST_ID, identifier, sentence, visible
from streams.siem.producer import Language
from tests.siem.hostile import ATTACKS
from tests.siem.lives import finding_life, lives

anything = st.text(st.characters()) | st.sampled_from(ATTACKS)


@given(anything)
def test_an_id_is_printable_and_bounded(text: str) -> None:
    made = identifier(text)
    assert made
    assert made.isprintable()
    assert made.strip() == made
    assert len(made.encode()) <= LONGEST_ID


@given(anything, anything)
def test_different_ids_stay_different(one: str, other: str) -> None:
    assert (identifier(one) == identifier(other)) == (one == other)


@given(anything)
def test_nobody_can_send_the_form_of_anothers_id(text: str) -> None:
    made = identifier(text)
    if made != text:
        assert identifier(made) != made


@pytest.mark.parametrize(
    "text", ["s-1", "ACME|NL", "a=b", 'with "quotes"', "Zoë 𐍈", "=1+1", "x" * ID_BYTES]
)
def test_usual_ids_stay_as_they_are(text: str) -> None:
    assert identifier(text) == text


def test_the_form_of_an_id_that_cannot_stay() -> None:
    digest = sha256(b"e-1\nx").hexdigest()
    assert identifier("e-1\nx") == f"e-1<U+000A>x~sha256:{digest}"
    assert identifier("A" * 201).startswith("A" * 16 + "~sha256:")


@given(anything, st.integers(10, 700))
def test_a_sentence_is_printable_and_bounded(text: str, limit: int) -> None:
    made = sentence(text, limit)
    assert made.isprintable()
    assert len(made.encode()) <= limit


def test_a_cut_sentence_says_so() -> None:
    assert sentence("a" * 20, 20) == "a" * 20
    assert sentence("a" * 21, 20) == "a" * 17 + "…"
    assert sentence("é" * 20, 20) == "é" * 8 + "…"


def test_what_is_made_visible() -> None:
    for char in "\n\r\t\x00\x1b\x7f\x85\u2028\u2029\u202e\u2066\u200b\ufeff\u00a0":
        assert visible(f"a{char}b") == f"a<U+{ord(char):04X}>b"
        assert unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Zs")
    assert visible("Zoë, § 21(4) – “x”") == "Zoë, § 21(4) – “x”"


def test_no_text_of_the_catalogue_is_cut() -> None:
    for code in CODES.values():
        citations = "; ".join(citation.text for citation in code.citations)
        assert sentence(citations, 256) == citations
        for one in every_text(code.name):
            explanation = one.wording.explanation
            if one.status is Status.OPEN and code.family == "S.BASIS":
                explanation = joined(explanation, PROTECTION, LABEL)
            for text, prefix in zip(
                explanation, ("Found again. ", "Opnieuw vastgesteld. "), strict=True
            ):
                assert sentence(prefix + text) == prefix + text, (code.name, one.reason)
            for text in one.wording.remediation:
                assert sentence(text, 256) == text, (code.name, one.reason)


@pytest.mark.parametrize("life", lives())
@pytest.mark.parametrize("language", Language)
def test_texts_in_both_languages(life: str, language: Language) -> None:
    record = lives()[life]
    made = notice_of(record, language)
    own = record.explanation_nl if language is Language.NL else record.explanation_en
    assert made.message.endswith(own)
    assert made.message == f"{words.progress(record, language)} {own}".strip()
    other = record.remediation_en if language is Language.NL else record.remediation_nl
    assert made.remediation != other


def test_headings() -> None:
    assert words.title("MSG_AFTER_OPT_OUT") == "Message after opt out"
    assert notice_of(finding_life()[0], Language.EN).title == "No consent"
