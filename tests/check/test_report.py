"""The report for the dossier: whole in itself, safe against its contents, in two languages."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from markupsafe import escape

from streams.check.decided_by import MAX_MOMENTS, Part
from streams.check.report.assumed import MAX_PLACES, assumed
from streams.check.report.facts import describe
from streams.check.report.page import render_page
from streams.check.report.picture import MAX_BARS, picture
from streams.check.report.texts import LIMITS, TEXTS
from streams.check.report.words import LABELS, REASONS
from streams.check.result import VIOLATIONS, Result
from streams.core.assumptions import Assumption
from streams.core.codes import CODES
from streams.core.instants import parse_instant
from streams.core.texts.assumed import NOTED
from streams.core.vocabulary import Code, Severity, Status
from streams.wire.decode import Decoded, decode
from tests.check.events import grant, lines, share, withdrawal
from tests.check.report_page import CLOCK, EVIL, Page, contrast, result_of


def test_it_needs_nothing_else(result: Result) -> None:
    text = render_page(result)
    page = Page(text)
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object"}
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("src", "href", "action", "data"):
            assert (attributes.get(name) or "#").startswith("#"), tag
    assert "http" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_what_producers_sent_is_shown_and_never_obeyed(result: Result) -> None:
    text = render_page(result)
    assert EVIL not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "jan.jansen" not in text


def test_it_says_what_it_is_and_what_it_cannot_prove(result: Result) -> None:
    text = render_page(result, made_at=CLOCK)
    for language in (0, 1):
        assert TEXTS["notice"][language] in text
        for limit in LIMITS:
            assert escape(limit[language]) in text
    assert result.policy.version in text
    assert result.policy.law_version in text
    assert "2026-09-01 12:00:00" in text
    assert "2026-11-20 00:00:00" in text
    assert "events.jsonl:7" in text
    assert "events.jsonl:8" in text


def test_every_finding_stands_with_the_facts_that_decided_it(result: Result) -> None:
    text = render_page(result)
    assert len(result.findings) == text.count("<article>")
    after = next(f for f in result.findings if f.event_id == "share-after")
    facts = [m.event.event_id for m in result.moments.get(after.violation_id) if m.event]
    assert facts == ["grant-1", "taken-back", "share-after"]
    card = text.split("share-after</span></h4>")[1].split("</article>")[0]
    order = [card.index(word) for word in ("grant-1</small>", "taken-back</small>", "This event")]
    assert order == sorted(order)
    assert "Encryption, hashing or pseudonymisation does not replace a legal basis." in card


def test_an_overdue_duty_shows_what_was_received_and_when_the_term_ended(result: Result) -> None:
    overdue = next(
        f for f in result.findings
        if f.code == "RECIPIENT_NOT_NOTIFIED" and f.event_id == "taken-back"
    )  # fmt: skip
    moments = result.moments.get(overdue.violation_id)
    assert [m.event.event_id if m.event else "term" for m in moments] == [
        "share-before", "taken-back", "term",
    ]  # fmt: skip
    assert moments[-1].at == parse_instant("2026-09-04T11:00:00Z")


def test_of_very_many_shares_it_states_how_many_there_are(tmp_path: Path) -> None:
    """A duty names the first hundred (D30), a timeline the nearest twelve facts."""
    instants = [f"2026-09-01T08:{n // 60:02}:{n % 60:02}Z" for n in range(150)]
    shares = [share(f"s{n}", occurred_at=at) for n, at in enumerate(instants)]
    found = result_of(lines(grant("grant-1"), *shares, withdrawal("taken-back")), tmp_path)
    overdue = next(f for f in found.findings if f.code == "RECIPIENT_NOT_NOTIFIED")
    moments = found.moments.get(overdue.violation_id)
    # 150 shares, the withdrawal and the deadline.
    assert (len(moments), moments[-1].part, moments[-1].more) == (MAX_MOMENTS + 1, Part.MORE, 140)
    text = render_page(found)
    assert "and 140 more" in text
    assert "en nog 140" in text
    assert '<td class="n">150</td>' in text
    assert Page(text).open == []


def test_both_languages_and_the_one_that_it_opens_in(result: Result) -> None:
    for language, other in (("en", "nl"), ("nl", "en")):
        page = Page(render_page(result, language=language))
        checked = [a["id"] for tag, a in page.tags if tag == "input" and "checked" in a]
        assert checked == [f"choose-{language}"]
        assert next(a for tag, a in page.tags if tag == "html")["lang"] == language
        assert any(a.get("lang") == other for _, a in page.tags)
    code = CODES[Code.SHARE_AFTER_WITHDRAWAL]
    text = render_page(result)
    assert code.explanation_en in text
    assert code.explanation_nl in text


def test_readers_without_eyes_are_served(result: Result) -> None:
    page = Page(render_page(result))
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))
    assert all("scope" in a for tag, a in page.tags if tag == "th")
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        assert (attributes.get("aria-labelledby") or ids[0]) in ids


def test_white_on_each_colour_can_be_read() -> None:
    css = Path(__file__).parents[2] / "streams" / "check" / "report" / "page.css"
    found = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", css.read_text()))
    for severity in Severity:
        assert contrast(found[severity.lower()], "#ffffff") >= 4.5, severity
    assert contrast(found["soft"], "#f5f6f8") >= 4.5
    assert contrast("#cfe0f2", found["accent"]) >= 4.5


def test_what_was_assumed_is_said_in_both_languages(result: Result) -> None:
    result.assumptions[Assumption("recipient_country", EVIL, EVIL)] = 2
    text = render_page(result)
    section = text.split('<h2 id="assumed">')[1].split("</section>")[0]
    rows = assumed(result.assumptions)
    assert {row.field for row in rows} == {one.field for one in result.assumptions}
    assert {"under_guardianship", "recipient_country"} <= {row.field for row in rows}
    assert sum(row.events for row in rows) == result.assumptions.total()
    for row in rows:
        for sentence in row.sentence:
            assert str(escape(sentence)) in section
    assert str(escape(EVIL)) in section
    assert EVIL not in section


def test_places_of_an_assumption_are_named_up_to_a_number(result: Result) -> None:
    result.assumptions.clear()
    for number in range(MAX_PLACES + 3):
        place = Assumption("recipient_country", f"system-{number:02}", "ACME")
        result.assumptions[place] = number + 1
    result.assumptions[Assumption("via", "crm", note=True)] = 1000
    country, via = assumed(result.assumptions)
    assert [place.events for place in country.places] == list(range(11, 3, -1))
    assert (country.more, country.events) == (3, 66)
    assert via.sentence == NOTED["via"]
    assert "+ 3" in render_page(result)


def test_nothing_assumed_is_no_section(tmp_path: Path) -> None:
    assert 'id="assumed"' not in render_page(result_of(b"", tmp_path))


def test_a_remediated_finding_says_that_nothing_more_is_to_be_sent(tmp_path: Path) -> None:
    late = {
        "event_type": "recipient-notification", "event_id": "late", "controller_id": "OURCO",
        "subject_id": "s1", "occurred_at": "2026-09-10T12:00:00Z", "recipient_id": "ACME",
    }  # fmt: skip
    content = lines(grant("grant-1"), share("a"), withdrawal("taken-back"), late)
    result = result_of(content, tmp_path)
    (finding,) = (f for f in result.findings if f.code == "RECIPIENT_NOT_NOTIFIED")
    assert finding.status is Status.REMEDIATED
    card = render_page(result).split("<article>")[1].split("</article>")[0]
    assert finding.remediation_en in card
    assert "Nothing more has to be sent" in card


def test_few_details_when_asked_and_the_rest_is_counted(result: Result) -> None:
    text = render_page(result, details=2)
    assert text.count("<article>") == 2
    assert f"<strong>{len(result.findings) - 2}</strong>" in text


def test_a_history_without_findings(tmp_path: Path) -> None:
    text = render_page(result_of(lines(grant("g"), share("a")), tmp_path))
    assert TEXTS["none"].en in text
    assert "<svg" not in text
    assert "<article>" not in text


def test_the_picture_keeps_to_its_width_and_adds_up(tmp_path: Path) -> None:
    for days in (1, 40, 200, 1500, 3000):
        events = [
            share(
                f"e{n}", occurred_at=f"{2019 + n * days // 365 // 4}-01-{n % 28 + 1:02}T00:00:00Z"
            )
            for n in range(5)
        ]
        drawn = picture(result_of(lines(*events), tmp_path, None).findings, VIOLATIONS)
        assert drawn is not None
        assert len(drawn.bars) <= MAX_BARS
        assert sum(bar.total for bar in drawn.bars) == 5
        assert all(piece.y >= 0 and piece.height > 0 for bar in drawn.bars for piece in bar.pieces)
    assert picture([], VIOLATIONS) is None


def test_every_symbol_and_reason_has_words_in_both_languages() -> None:
    from streams.core import vocabulary
    from streams.core.rules.consent_validity import REASONS as FAILED

    closed = [
        vocabulary.Purpose, vocabulary.RecipientRole, vocabulary.LegalBasis,
        vocabulary.DataCategory, vocabulary.Channel, vocabulary.ConsentMethod,
        vocabulary.AgeBand, vocabulary.Actor, vocabulary.ConsentAction,
        vocabulary.PurchaseAction, vocabulary.Consideration, vocabulary.ContactDetail,
        vocabulary.NotificationKind, vocabulary.Severity, vocabulary.Protection,
    ]  # fmt: skip
    symbols = {str(symbol) for kind in closed for symbol in kind}
    assert symbols - set(LABELS) == set()
    assert set(FAILED.values()) - set(REASONS) == set()


def test_a_fact_in_words() -> None:
    decoded = decode(lines(grant("g", recorded_at="2026-09-02T09:00:00Z")), None)
    assert isinstance(decoded, Decoded)
    published = describe(decoded.event)
    assert published.en == (
        "Consent c1 given: button; for direct marketing by third parties; to ACME; data e-mail; "
        "notice v3; recorded 2026-09-02 09:00:00."
    )
    assert published.nl == (
        "Toestemming c1 gegeven: knop; voor direct marketing door derden; aan ACME; gegevens "
        "e-mail; privacyverklaring v3; vastgelegd 2026-09-02 09:00:00."
    )
