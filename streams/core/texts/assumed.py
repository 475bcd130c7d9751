"""A sentence for each assumption that is counted, and for each note (legal model 4.9)."""

from __future__ import annotations

from typing import Final

from streams.core.texts.wording import Bilingual

ASSUMED: Final[dict[str, Bilingual]] = {
    "age_band": Bilingual(
        "The age of a person who consented was not stated, so the person was taken to be 16 or "
        "older.",
        "De leeftijd van een persoon die toestemming gaf was niet vermeld; aangenomen is dat de "
        "persoon 16 jaar of ouder was.",
    ),
    "under_guardianship": Bilingual(
        "It was not stated whether a person who consented was under guardianship, so the person "
        "was taken not to be.",
        "Niet was vermeld of een persoon die toestemming gaf onder curatele, bewind of "
        "mentorschap stond; aangenomen is van niet.",
    ),
    "separate_act": Bilingual(
        "It was not stated whether consent was a separate act, so it was taken to be one.",
        "Niet was vermeld of de toestemming een afzonderlijke handeling was; aangenomen is van "
        "wel.",
    ),
    "bundled_with_terms": Bilingual(
        "It was not stated whether consent was bundled with terms, so it was taken not to be.",
        "Niet was vermeld of de toestemming aan voorwaarden was gekoppeld; aangenomen is van niet.",
    ),
    "condition_of_service": Bilingual(
        "It was not stated whether consent was a condition of a service, so it was taken not to "
        "be.",
        "Niet was vermeld of de toestemming een voorwaarde voor een dienst was; aangenomen is van "
        "niet.",
    ),
    "recorded_at": Bilingual(
        "It was not stated when consent was recorded, so it was taken to be recorded at once.",
        "Niet was vermeld wanneer de toestemming is vastgelegd; aangenomen is dat dit meteen "
        "gebeurde.",
    ),
    "opt_out_exercised_at_collection": Bilingual(
        "It was not stated whether a buyer used the opt-out when the contact details were "
        "collected, so the buyer was taken not to have used it.",
        "Niet was vermeld of een koper zich bij het verzamelen van de contactgegevens heeft "
        "afgemeld; aangenomen is van niet.",
    ),
    "seller_controller_id": Bilingual(
        "The seller of a purchase was not stated, so it was taken to be the controller.",
        "De verkoper bij een aankoop was niet vermeld; aangenomen is dat dit de "
        "verwerkingsverantwoordelijke was.",
    ),
    "product_categories": Bilingual(
        "It was not stated which products of a purchase were refunded, so none was taken to be.",
        "Niet was vermeld welke producten van een aankoop zijn terugbetaald; aangenomen is dat "
        "dit er geen waren.",
    ),
    "recipient_role": Bilingual(
        "Neither the event nor the register states the role of a recipient, so it was taken to "
        "be the one that the policy sets for unknown recipients.",
        "De rol van een ontvanger was niet vermeld en staat niet in het register; aangenomen is "
        "de rol die het beleid voor onbekende ontvangers bepaalt.",
    ),
    "recipient_kind": Bilingual(
        "Neither the event nor the register states what kind of company a recipient is, so it was "
        "taken to be neither a platform nor a data broker.",
        "Niet was vermeld wat voor bedrijf een ontvanger is, en het register zegt het niet; "
        "aangenomen is dat het geen platform of datahandelaar is.",
    ),
    "recipient_own_use": Bilingual(
        "Neither the event nor the register states whether a recipient uses the data for itself, "
        "so it was taken not to.",
        "Niet was vermeld of een ontvanger de gegevens voor zichzelf gebruikt, en het register "
        "zegt het niet; aangenomen is van niet.",
    ),
    "recipient_country": Bilingual(
        "Neither the event nor the register states the country of a recipient, so it was taken to "
        "lie inside the European Economic Area.",
        "Het land van een ontvanger was niet vermeld en staat niet in het register; aangenomen is "
        "dat het binnen de Europese Economische Ruimte ligt.",
    ),
    "data_categories": Bilingual(
        "It was not stated which data were shared, so they were taken to be neither special nor "
        "forbidden, and none outside the consent.",
        "Niet was vermeld welke gegevens zijn verstrekt; aangenomen is dat er geen bijzondere of "
        "verboden gegevens bij waren, en geen buiten de toestemming.",
    ),
    "contains_promotion": Bilingual(
        "It was not stated whether a service message contains promotion, so it was taken to "
        "contain none.",
        "Niet was vermeld of een servicebericht reclame bevat; aangenomen is van niet.",
    ),
    "sender_controller_id": Bilingual(
        "The sender of a message was not stated, so it was taken to be the controller.",
        "De afzender van een bericht was niet vermeld; aangenomen is dat dit de "
        "verwerkingsverantwoordelijke was.",
    ),
    "advertiser_id": Bilingual(
        "The advertiser of a message was not stated, so it was taken to be the sender.",
        "De adverteerder van een bericht was niet vermeld; aangenomen is dat dit de afzender was.",
    ),
    "unsubscribe_present": Bilingual(
        "It was not stated whether a message offers a way to unsubscribe, so it was taken to "
        "offer one.",
        "Niet was vermeld of een bericht een afmeldmogelijkheid biedt; aangenomen is van wel.",
    ),
    "sender_identity_present": Bilingual(
        "It was not stated whether a message shows its true sender, so it was taken to show it.",
        "Niet was vermeld of een bericht de werkelijke afzender toont; aangenomen is van wel.",
    ),
    "contact_point_present": Bilingual(
        "It was not stated whether a message gives an address or number for stopping, so it was "
        "taken to give one.",
        "Niet was vermeld of een bericht een adres of nummer om te stoppen geeft; aangenomen is "
        "van wel.",
    ),
    "caller_id_shown": Bilingual(
        "It was not stated whether a call showed the number of the caller, so it was taken to "
        "show it.",
        "Niet was vermeld of bij een gesprek het nummer van de beller werd getoond; aangenomen is "
        "van wel.",
    ),
}
"""What was assumed in favour of lawfulness, by the field that was left out."""

NOTED: Final[dict[str, Bilingual]] = {
    "via": Bilingual(
        "The way in which a person gave or withdrew consent was misspelt; nothing was assumed, "
        "and the producer should correct it.",
        "De manier waarop een persoon toestemming gaf of introk was verkeerd gespeld; er is niets "
        "aangenomen, en de producent moet dit verbeteren.",
    ),
    "actor": Bilingual(
        "It was stated in an unknown word who gave or withdrew consent; nothing was assumed, and "
        "the producer should correct it.",
        "Met een onbekend woord was vermeld wie toestemming gaf of introk; er is niets aangenomen, "
        "en de producent moet dit verbeteren.",
    ),
}
"""What is only counted, so that the producer can correct it."""
