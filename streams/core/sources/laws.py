"""Laws, and the article that states the rule of the product."""

from __future__ import annotations

from streams.core.sources.source import LegalSource

SOURCES: tuple[LegalSource, ...] = (
    LegalSource(
        id="article",
        title=(
            "Considerati, J. van Stralendorff, 'Direct marketing door derden alleen op basis van "
            "toestemming'"
        ),
        address="https://www.considerati.com/nl/kennisbank/direct-marketing-door-derden-alleen-op-basis-van-toestemming.html",
        cited_as=("Source article",),
        extent="the norm of the product",
    ),
    LegalSource(
        id="gdpr",
        title="General Data Protection Regulation, Regulation (EU) 2016/679",
        address="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
        cited_as=("GDPR",),
        checked="2026-11-23",
        extent=(
            "4(10), 14(1)(e), 19, 21(2)-(4) in a copy of the text; 4(11), 6(1)(a), (f), 7(1) as "
            "reported; other articles not checked"
        ),
    ),
    LegalSource(
        id="eprivacy",
        title="Directive 2002/58/EC on privacy and electronic communications",
        address="https://eur-lex.europa.eu/eli/dir/2002/58/oj",
        cited_as=("ePrivacy",),
        checked="2026-11-23",
        extent="conditions of 13(2), as reported on C-654/23; recital 41 not checked",
    ),
    LegalSource(
        id="tfeu",
        title="Treaty on the Functioning of the European Union, Articles 349 and 355",
        address="https://eur-lex.europa.eu/eli/treaty/tfeu_2016/oj",
        cited_as=("TFEU",),
    ),
    LegalSource(
        id="tw",
        title="Telecommunicatiewet, Article 11.7",
        address="https://wetten.overheid.nl/BWBR0009950/",
        cited_as=("Tw",),
        checked="2026-11-23",
        extent=(
            "11.7 as valid on 15 August 2026, in a copy of the official XML and three reports; "
            "15.4 not checked"
        ),
    ),
    LegalSource(
        id="uavg",
        title="Uitvoeringswet Algemene verordening gegevensbescherming",
        address="https://wetten.overheid.nl/BWBR0040940/",
        cited_as=("UAVG",),
        checked="2026-11-23",
        extent=(
            "5 as valid on 1 September 2026, in one copy of the official XML; 22, 31-33 and 46 "
            "not checked"
        ),
    ),
    LegalSource(
        id="wok",
        title="Wet op de kansspelen, Articles 3, 9 and 27b",
        address="https://wetten.overheid.nl/BWBR0002469/",
        cited_as=("Wok",),
    ),
    LegalSource(
        id="stb-2021-103",
        title="Staatsblad 2021, 103: consent to telephone marketing",
        address="https://zoek.officielebekendmakingen.nl/stb-2021-103.html",
        cited_as=("Stb. 2021, 103",),
        checked="2026-11-23",
    ),
    LegalSource(
        id="stb-2025-12",
        title="Staatsblad 2025, 12: Energiewet, which ends the customer exception for calls",
        address="https://zoek.officielebekendmakingen.nl/stb-2025-12.html",
        cited_as=("Stb. 2025, 12",),
        checked="2026-11-23",
        extent="the resulting text of Tw 11.7 and reports",
    ),
    LegalSource(
        id="stb-2026-154",
        title="Staatsblad 2026, 154: new text of UAVG 5",
        address="https://zoek.officielebekendmakingen.nl/stb-2026-154.html",
        cited_as=("Stb. 2026, 154",),
        checked="2026-11-23",
        extent="the resulting text of UAVG 5, in one copy of the official XML",
    ),
)
