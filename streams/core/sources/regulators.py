"""Statements, guidelines and decisions of regulators, and practice beside them."""

from __future__ import annotations

from streams.core.sources.source import LegalSource

SOURCES: tuple[LegalSource, ...] = (
    LegalSource(
        id="ap-2017",
        title="Autoriteit Persoonsgegevens, November 2017, on the sharing of customers' data",
        address="https://www.considerati.com/nl/kennisbank/direct-marketing-door-derden-alleen-op-basis-van-toestemming.html",
        cited_as=("AP standpoint", "AP 2017"),
        checked="2026-11-23",
        extent="as reported by nu.nl and consumentenbond.nl; the address is that of the article",
    ),
    LegalSource(
        id="ap-2018",
        title="Autoriteit Persoonsgegevens, 4 October 2018, guidance on direct marketing",
        address="https://www.autoriteitpersoonsgegevens.nl/actueel/ap-biedt-duidelijkheid-over-direct-marketing",
        cited_as=("AP standpoint", "AP 4 Oct 2018", "AP 2018"),
        checked="2026-11-23",
    ),
    LegalSource(
        id="ap-knltb",
        title="Autoriteit Persoonsgegevens, fine of KNLTB, 20 December 2019, ended October 2025",
        address="https://www.autoriteitpersoonsgegevens.nl/",
        checked="2026-11-23",
        extent="as reported",
    ),
    LegalSource(
        id="edpb-05-2020",
        title="EDPB, Guidelines 05/2020 on consent under Regulation 2016/679",
        address="https://www.edpb.europa.eu/our-work-tools/our-documents/guidelines/guidelines-052020-consent-under-regulation-2016679_en",
        cited_as=("EDPB 05/2020",),
        checked="2026-11-23",
        extent="64 and 65 in a copy of the text; duration and change of basis not checked",
    ),
    LegalSource(
        id="edpb-8-2020",
        title="EDPB, Guidelines 8/2020 on the targeting of social media users",
        address="https://www.edpb.europa.eu/our-work-tools/our-documents/guidelines/guidelines-082020-targeting-social-media-users_en",
        cited_as=("EDPB 8/2020",),
        checked="2026-11-23",
        extent="43, 44 and 67, as reported; examples in part",
    ),
    LegalSource(
        id="edpb-1-2024",
        title=(
            "EDPB, Guidelines 1/2024 on legitimate interest, version for consultation of "
            "8 October 2024"
        ),
        address="https://www.edpb.europa.eu/our-work-tools/documents/public-consultations/2024/guidelines-12024-processing-personal-data-based_en",
        cited_as=("EDPB 1/2024",),
        checked="2026-11-23",
        extent="114 and 122 in a copy of the text; no final version found",
    ),
    LegalSource(
        id="cnil-2025-017",
        title="CNIL, SAN-2025-017, 30 December 2025",
        address="https://www.legifrance.gouv.fr/cnil/id/CNILTEXT000053391342",
        cited_as=("SAN-2025-017",),
        checked="2026-11-28",
    ),
    LegalSource(
        id="cnil-2025-001",
        title="CNIL, SAN-2025-001, 15 May 2025, Solocal Marketing Services",
        address="https://www.cnil.fr/",
        cited_as=("SAN-2025-001",),
        checked="2026-11-28",
        extent="as reported by the EDPB and others",
    ),
    LegalSource(
        id="cnil-2025-002",
        title="CNIL, SAN-2025-002, 15 May 2025, Caloga",
        address="https://www.cnil.fr/",
        cited_as=("SAN-2025-002",),
        checked="2026-11-28",
        extent="as reported by the EDPB and others",
    ),
    LegalSource(
        id="acm-calls",
        title="Autoriteit Consument en Markt, 29 June 2022 and March 2025, on consent to calls",
        address="https://www.acm.nl/",
        cited_as=("ACM",),
        checked="2026-11-28",
        extent="announcements, as reported; no decision on the point found",
    ),
    LegalSource(
        id="ddma",
        title="DDMA, practice of the customer exception for e-mail",
        address="https://ddma.nl/",
        cited_as=("DDMA",),
        checked="2026-11-23",
        extent="practice of the trade, not law",
    ),
    LegalSource(
        id="adequacy",
        title="European Commission, adequacy decisions",
        address="https://commission.europa.eu/law/law-topic/data-protection/international-dimension-data-protection/adequacy-decisions_en",
        checked="2026-11-23",
        extent=(
            "the decisions on Brazil, the United Kingdom and the United States, as reported; the "
            "DPO confirms the dates"
        ),
    ),
    LegalSource(
        id="digital-omnibus",
        title="European Commission, Digital Omnibus, proposal of November 2025",
        address="https://digital-strategy.ec.europa.eu/",
        checked="2026-11-23",
        extent="as reported; not law",
    ),
)
