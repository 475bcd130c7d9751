"""Judgments: of the Court of Justice by CELEX number, of other courts by file or ECLI."""

from __future__ import annotations

from streams.core.sources.source import LegalSource

_CELEX = "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:"
_ECLI = "https://uitspraken.rechtspraak.nl/details?id="

SOURCES: tuple[LegalSource, ...] = (
    LegalSource(
        id="c-40-17",
        title="CJEU 29 July 2019, C-40/17, Fashion ID",
        address=f"{_CELEX}62017CJ0040",
        cited_as=("C-40/17",),
        checked="2026-11-23",
        extent="as reported, EDPB 8/2020 §44 included",
    ),
    LegalSource(
        id="c-673-17",
        title="CJEU 1 October 2019, C-673/17, Planet49",
        address=f"{_CELEX}62017CJ0673",
        cited_as=("C-673/17",),
        checked="2026-11-23",
        extent="outcome only",
    ),
    LegalSource(
        id="c-61-19",
        title="CJEU 11 November 2020, C-61/19, Orange Romania",
        address=f"{_CELEX}62019CJ0061",
        cited_as=("C-61/19",),
        checked="2026-11-23",
        extent="operative part, as reported",
    ),
    LegalSource(
        id="c-102-20",
        title="CJEU 25 November 2021, C-102/20, StWL",
        address=f"{_CELEX}62020CJ0102",
        cited_as=("C-102/20",),
        checked="2026-11-23",
        extent="as reported",
    ),
    LegalSource(
        id="c-129-21",
        title="CJEU 27 October 2022, C-129/21, Proximus",
        address=f"{_CELEX}62021CJ0129",
        cited_as=("C-129/21",),
        checked="2026-11-23",
        extent="as reported",
    ),
    LegalSource(
        id="c-154-21",
        title="CJEU 12 January 2023, C-154/21, Österreichische Post",
        address=f"{_CELEX}62021CJ0154",
        cited_as=("C-154/21",),
    ),
    LegalSource(
        id="c-252-21",
        title="CJEU 4 July 2023, C-252/21, Meta Platforms v Bundeskartellamt",
        address=f"{_CELEX}62021CJ0252",
        cited_as=("C-252/21",),
        checked="2026-11-23",
        extent="outcome only",
    ),
    LegalSource(
        id="c-621-22",
        title="CJEU 4 October 2024, C-621/22, KNLTB",
        address=f"{_CELEX}62022CJ0621",
        cited_as=("C-621/22",),
        checked="2026-11-23",
        extent="outcome; paragraphs 51 to 56 in part",
    ),
    LegalSource(
        id="c-21-23",
        title="CJEU 4 October 2024, C-21/23, Lindenapotheke",
        address=f"{_CELEX}62023CJ0021",
        cited_as=("C-21/23",),
        checked="2026-11-23",
        extent="outcome only",
    ),
    LegalSource(
        id="c-413-23",
        title="CJEU 4 September 2025, C-413/23 P, EDPS v SRB",
        address=f"{_CELEX}62023CJ0413",
        cited_as=("C-413/23 P",),
        checked="2026-11-23",
        extent="as reported",
    ),
    LegalSource(
        id="c-654-23",
        title="CJEU 13 November 2025, C-654/23, Inteligo Media",
        address=f"{_CELEX}62023CJ0654",
        cited_as=("C-654/23",),
        checked="2026-11-23",
        extent="operative part",
    ),
    LegalSource(
        id="c-317-25",
        title="CJEU, C-317/25, Groupe Canal+, pending (lodged 6 May 2025, OJ C/2026/1325)",
        address=f"{_CELEX}62025CN0317",
        cited_as=("C-317/25",),
        checked="2026-11-23",
        extent="the questions; no judgment found",
    ),
    LegalSource(
        id="rb-rotterdam-7808",
        title="Rechtbank Rotterdam 24 September 2014, ECLI:NL:RBROT:2014:7808",
        address=f"{_ECLI}ECLI:NL:RBROT:2014:7808",
        cited_as=("ECLI:NL:RBROT:2014:7808",),
        checked="2026-11-23",
        extent="as reported; interim relief",
    ),
    LegalSource(
        id="cbb-2018-139",
        title=(
            "College van Beroep voor het bedrijfsleven 3 April 2018, ECLI:NL:CBB:2018:139 (the "
            "fine behind ECLI:NL:RBROT:2014:7808)"
        ),
        address=f"{_ECLI}ECLI:NL:CBB:2018:139",
        cited_as=("ECLI:NL:CBB:2018:139",),
        checked="2026-11-23",
        extent="outcome only",
    ),
    LegalSource(
        id="rb-rotterdam-8039",
        title="Rechtbank Rotterdam 2 October 2014, ECLI:NL:RBROT:2014:8039",
        address=f"{_ECLI}ECLI:NL:RBROT:2014:8039",
        cited_as=("ECLI:NL:RBROT:2014:8039",),
        checked="2026-11-28",
    ),
    LegalSource(
        id="vgh-muenchen",
        title="Bayerischer Verwaltungsgerichtshof 26 September 2018, 5 CS 18.1157",
        address="https://www.gesetze-bayern.de/",
        cited_as=("VGH München",),
        checked="2026-11-23",
        extent="as reported",
    ),
    LegalSource(
        id="ovg-saarlouis",
        title="Oberverwaltungsgericht des Saarlandes 16 February 2021, 2 A 355/19",
        address="https://www.jurpc.de/",
        cited_as=("OVG Saarlouis",),
        checked="2026-11-28",
    ),
    LegalSource(
        id="bgh-review-mail",
        title="Bundesgerichtshof 10 July 2018, VI ZR 225/17",
        address="https://www.bundesgerichtshof.de/",
        cited_as=("BGH",),
        checked="2026-11-28",
        extent="outcome only",
    ),
)
