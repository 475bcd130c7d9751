"""docs/legal-model.md is what the code cites, and says what the catalogue says."""

from __future__ import annotations

import re

import pytest

from streams.check.engine import judged
from streams.check.gather import gather
from streams.conformance.cases import read_cases
from streams.core.codes import CODES
from streams.core.findings import Duty, Finding
from streams.core.policy.parameters import PARAMETERS
from streams.core.sources import SOURCES, LegalSource, sources_of
from streams.core.texts.appended import LABEL, PROTECTION
from streams.core.texts.closed import REBUILT
from streams.core.texts.listing import every_text
from streams.files.records import Line
from tests.conformance.test_cases import SCENARIOS
from tests.docs.labels import CHANGELOG, MODEL, citations, definitions, files, unresolved
from tests.docs.labels import LABEL as NUMBER
from tests.docs.legal_model import with_parts

TEXT = MODEL.read_text("utf-8")
DEFINED = definitions(TEXT, CHANGELOG.read_text("utf-8"))
NUMBERING = re.compile(rf"{NUMBER.pattern}|[Ll]egal model|\bArticle [NPT]\d|\b4\.\d \d[a-z]\b")


def published() -> list[tuple[str, str]]:
    """Each text that a finding or duty may carry, with its code."""
    found = [("appended", text) for pair in (PROTECTION, LABEL, REBUILT) for text in pair]
    for code in CODES.values():
        found += [(code.name, citation.text) for citation in code.citations]
        for one in every_text(code.name):
            found += [(code.name, text) for pair in one.wording for text in pair]
    return found


def dutch_quotes(text: str) -> list[str]:
    """Quotations of 20 characters and more that hold common words of Dutch."""
    quoted = re.findall(r'"([^"\n|]{20,})"', text)
    return [one for one in quoted if re.search(r"\b(het|een|van|voor|niet|zijn)\b", one)]


class TestLabels:
    def test_every_label_of_the_repository_is_defined(self) -> None:
        assert {name: u for name, text in files() if (u := unresolved(name, text, DEFINED))} == {}

    def test_labels_are_looked_for_where_they_are(self) -> None:
        places = {one: name for name, text in files() for one in citations(text, bare=True)}
        assert {"T7", "A4", "N2", "P20", "S09", "D29", "4.2", "4.2 4f", "4.6"} <= set(places)

    @pytest.mark.parametrize(
        ("name", "text", "left"),
        [
            ("streams/x.py", '"""A thirteenth test (T12), and a rule A10."""', ["A10", "T12"]),
            ("streams/x.py", "# as legal model 4.10 says", ["4.10"]),
            ("docs/x.md", "Legal model 4.2, 4g; legal model 4.3,\n3a", ["4.2 4g"]),
            ("docs/x.md", "S18 and M12 to M14, P27, N20, D37", ["D37", "M12", "M14", "N20", "P27", "S18"]),
            ("streams/core/x.py", '"""Whom a signal hits (4.15)."""', ["4.15"]),
            ("docs/x.md", "legal model 0, 2, 4.2; 4.9", []),
        ],
    )  # fmt: skip
    def test_one_that_nothing_defines_is_found(self, name: str, text: str, left: list[str]) -> None:
        assert unresolved(name, text, DEFINED) == left

    def test_a_definition_that_goes_is_missed(self) -> None:
        without = definitions(TEXT.replace("| T7 |", "| |").replace("### 4.9 ", "### "), "")
        text = "Test T7, legal model 4.9, D29, T8"
        assert unresolved("docs/x.md", text, without) == ["4.9", "D29", "T7"]


class TestModel:
    def test_generated_parts_are_current(self) -> None:
        assert with_parts(TEXT) == TEXT, "run: python -m tests.docs.legal_model"

    def test_the_table_of_codes_is_that_of_the_catalogue(self) -> None:
        row = re.compile(r"^\| ([SMOAQ]\d\d) \| `(\w+)` \| ([\w.]+) \| (\w+) \|", re.MULTILINE)
        codes = [(c.number, c.name, c.family, str(c.severity)) for c in CODES.values()]
        assert row.findall(TEXT) == codes

    def test_the_table_of_codes_cites_what_the_catalogue_cites(self) -> None:
        column = re.compile(r"^\| ([SMOAQ]\d\d) \| `.*\| (.*) \|$", re.MULTILINE)
        cited = {number: {s.id for s in sources_of(text)} for number, text in column.findall(TEXT)}
        assert cited == {
            code.number: {s.id for citation in code.citations for s in sources_of(citation.text)}
            for code in CODES.values()
        }

    def test_the_table_of_settings_is_that_of_the_policy(self) -> None:
        names = dict(re.findall(r"\b(P\d{1,2}) `(\w+)`", TEXT.split("**Names and forms")[1]))
        assert {p.number: p.name for p in PARAMETERS}.items() <= names.items()

    def test_every_source_that_it_names_is_in_the_register(self) -> None:
        body = TEXT.split("## 8. Sources")[0]
        named = set(re.findall(r"(?<![`\w\]\)])\[([a-z][a-z0-9-]+)\](?!\()", body))
        assert named <= set(SOURCES)
        assert len(named) > 30

    def test_sources_are_paraphrased_not_quoted_in_dutch(self) -> None:
        text = re.sub(r"<!-- texts.*?end of texts -->", "", TEXT, flags=re.DOTALL)
        own = {" ".join(value.split()) for _, value in published()}
        assert [one for one in dutch_quotes(text) if not any(one in value for value in own)] == []

    def test_a_quotation_would_be_found(self) -> None:
        said = "Voor iedere verwerking van gegevens is een grondslag nodig."
        assert dutch_quotes(f'| N8 | "{said}" |') == [said]


class TestSources:
    @pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
    def test_a_source_is_whole(self, source: LegalSource) -> None:
        assert re.fullmatch(r"[a-z0-9-]+", source.id)
        assert re.fullmatch(r"https://[\w.-]+/\S*", source.address)
        assert source.title
        assert source.checked is None or re.fullmatch(r"2026-11-2[38]", source.checked)

    def test_every_citation_has_a_source(self) -> None:
        cited = {citation.text for code in CODES.values() for citation in code.citations}
        assert [one for one in sorted(cited) if not sources_of(one)] == []

    def test_every_setting_rests_on_a_source_or_a_section(self) -> None:
        for setting in PARAMETERS:
            sections = set(citations(setting.source)) | set(
                re.findall(r"odel (A\d)", setting.source)
            )
            assert sources_of(setting.source) or sections & DEFINED, setting

    def test_a_citation_of_nothing_known_has_none(self) -> None:
        for unknown in ("GDPRX 6", "C-1/99", "C-140/17", "Rb. Utrecht 1 Jan 2020", "EDPB 9/2020"):
            assert sources_of(unknown) == (), unknown

    def test_a_citation_may_name_two(self) -> None:
        named = [source.id for source in sources_of("Tw 11.7(1),(2),(4) (Stb. 2025, 12)")]
        assert named == ["tw", "stb-2025-12"]
        assert [s.id for s in sources_of("AP standpoint (2017, 2018)")] == ["ap-2017", "ap-2018"]

    def test_two_sources_of_one_id_would_be_noticed(self) -> None:
        from streams.core.sources import judgments, laws, regulators

        parts = (*laws.SOURCES, *judgments.SOURCES, *regulators.SOURCES)
        assert len(parts) == len(SOURCES)


class TestPublishedTexts:
    def test_they_carry_no_number_of_this_document(self) -> None:
        assert [(code, text) for code, text in published() if NUMBERING.search(text)] == []

    def test_nor_do_findings_and_duties_of_whole_histories(self) -> None:
        seen = set()
        for case in read_cases(SCENARIOS):
            lines = (Line(case.name, number, event) for number, event in enumerate(case.events, 1))
            gathered = gather(lines, case.policy, case.clock)
            outputs: list[Finding | Duty] = [*gathered.findings.in_order()]
            for one in judged(gathered, case.policy, case.clock):
                outputs += [*one.findings, *one.duties]
            for output in outputs:
                seen.add(output.code)
                texts = [output.explanation_en, output.explanation_nl, *output.citations]
                texts += [output.remediation_en, output.remediation_nl]
                assert [text for text in texts if NUMBERING.search(text)] == []
                assert [text for text in output.citations if not sources_of(text)] == []
        assert seen == set(CODES)

    @pytest.mark.parametrize(
        "text",
        [
            "Article N13 asks for it.",
            "Raise P14.",
            "See legal model 4.2.",
            "It fails T7.",
            "As S01",
        ],
    )
    def test_such_a_number_would_be_found(self, text: str) -> None:
        assert NUMBERING.search(text)
