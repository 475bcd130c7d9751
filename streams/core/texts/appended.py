"""Sentences that follow the explanation of a finding that stands, where its event calls for them."""

from __future__ import annotations

from typing import Final

from streams.core.texts.wording import Bilingual, Wording

PROTECTION: Final = Bilingual(
    "Encryption, hashing or pseudonymisation does not replace a legal basis.",
    "Versleuteling, hashing of pseudonimisering vervangt geen grondslag.",
)
"""Where data were protected and a basis code fires (article N7)."""

LABEL: Final = Bilingual(
    'The label "processor" is the word of the sender alone; for a platform or data broker it '
    "counts only if the recipient register confirms it.",
    "De aanduiding 'verwerker' berust alleen op opgave van de afzender; bij een platform of "
    "datahandelaar telt zij alleen als het ontvangersregister haar bevestigt.",
)
"""Where such a label was set aside and a basis code fires (4.2, 1b)."""


def with_place(
    wording: Wording, *, topic: str, partition: int, offset: int, field: str | None
) -> Wording:
    """Texts about a record that holds raw personal data, with where it stands and in which field.

    `field` is the path of the field; None where only the reason of the dead letter says more.
    """
    english = f"The record stands on {topic}, partition {partition}, offset {offset}"
    dutch = f"Het bericht staat op {topic}, partitie {partition}, offset {offset}"
    if field is not None:
        english, dutch = f"{english}, in the field {field}", f"{dutch}, in het veld {field}"
    explanation = wording.explanation
    return Wording(
        Bilingual(f"{explanation.en} {english}.", f"{explanation.nl} {dutch}."),
        wording.remediation,
    )
