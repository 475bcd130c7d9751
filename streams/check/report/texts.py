"""The fixed texts of the report, in English and Dutch."""

from __future__ import annotations

from typing import Final

from streams.check.report.words import Pair

TEXTS: Final[dict[str, Pair]] = {
    "title": Pair("Consent check", "Toestemmingscontrole"),
    "subtitle": Pair(
        "Sharing of customer data and direct marketing, judged event by event",
        "Verstrekking van klantgegevens en direct marketing, per gebeurtenis beoordeeld",
    ),
    "language": Pair("Language", "Taal"),
    "notice": Pair(
        "These findings are indications for review, not legal determinations. Each says which "
        "recorded facts led to it; whether there was an infringement is for people to decide.",
        "Deze bevindingen zijn aanwijzingen voor beoordeling en geen juridische vaststellingen. "
        "Bij elke bevinding staat welke vastgelegde feiten ertoe leidden; of er een overtreding "
        "was, is aan mensen om te beslissen.",
    ),
    "period": Pair("Events from", "Gebeurtenissen van"),
    "to": Pair("to", "tot en met"),
    "clock": Pair("Deadlines judged up to", "Termijnen beoordeeld tot"),
    "no_clock": Pair("no deadline judged (no clock given)", "geen (geen klok opgegeven)"),
    "policy": Pair("Policy", "Beleid"),
    "law": Pair("State of the law", "Stand van het recht"),
    "rules": Pair("Version of the rules", "Versie van de regels"),
    "made": Pair("Report made", "Rapport gemaakt"),
    "software": Pair("Software", "Programma"),
    "inputs": Pair("Inputs", "Invoer"),
    "more_inputs": Pair("more files", "bestanden meer"),
    "utc": Pair("All times are UTC.", "Alle tijden zijn UTC."),
    "violations": Pair("violations indicated", "aanwijzingen van een overtreding"),
    "persons": Pair("persons", "personen"),
    "persons_column": Pair("Persons", "Personen"),
    "events": Pair("events judged", "gebeurtenissen beoordeeld"),
    "not_assessed": Pair(
        "from before the assessed time, not assessed",
        "van vóór de beoordeelde tijd, niet beoordeeld",
    ),
    "duplicates": Pair("duplicates passed over", "dubbele overgeslagen"),
    "rejected": Pair("records rejected", "records geweigerd"),
    "summary": Pair("Summary", "Samenvatting"),
    "none": Pair(
        "No findings on the events that were judged.",
        "Geen bevindingen over de beoordeelde gebeurtenissen.",
    ),
    "over_time": Pair("Over time", "In de tijd"),
    "over_time_of": Pair(
        "Violations indicated by the instant of the event, per",
        "Aanwijzingen van overtredingen naar het tijdstip van de gebeurtenis, per",
    ),
    "numbers": Pair("The same in numbers", "Hetzelfde in getallen"),
    "start": Pair("From", "Vanaf"),
    "total": Pair("Total", "Totaal"),
    "by_recipient": Pair("By recipient", "Per ontvanger"),
    "by_recipient_of": Pair(
        "Violations indicated, by who received the data or whose offer it was.",
        "Aanwijzingen van overtredingen, naar wie de gegevens kreeg of van wie het aanbod was.",
    ),
    "no_recipient": Pair("no recipient", "geen ontvanger"),
    "recipient": Pair("Recipient", "Ontvanger"),
    "by_code": Pair("By code", "Per code"),
    "number": Pair("Nr", "Nr"),
    "code": Pair("Code", "Code"),
    "severity": Pair("Severity", "Ernst"),
    "findings_count": Pair("Findings", "Bevindingen"),
    "meaning": Pair("Meaning", "Betekenis"),
    "duties": Pair("Duties to notify recipients", "Plichten om ontvangers te informeren"),
    "duties_of": Pair(
        "After a withdrawal, objection or erasure request, and after a share against an "
        "expressed will, each recipient must be notified (GDPR 19; C-129/21). Open duties first.",
        "Na een intrekking, bezwaar of wissingsverzoek, en na een verstrekking tegen een "
        "uitgesproken wil, moet elke ontvanger worden geïnformeerd (AVG 19; C-129/21). Open "
        "plichten eerst.",
    ),
    "trigger": Pair("Trigger", "Aanleiding"),
    "due": Pair("To be notified before", "Te informeren vóór"),
    "status": Pair("Status", "Status"),
    "notified": Pair("notified", "geïnformeerd"),
    "shares": Pair("Shares", "Verstrekkingen"),
    "findings": Pair("The findings one by one", "De bevindingen een voor een"),
    "findings_of": Pair(
        "By code, heaviest first. The timeline shows the recorded facts that decided the "
        "finding; what came after the event neither heals nor worsens it.",
        "Per code, zwaarste eerst. De tijdlijn toont de vastgelegde feiten die de bevinding "
        "bepaalden; wat na de gebeurtenis kwam, herstelt of verergert niets.",
    ),
    "not_shown": Pair(
        "findings are not shown one by one here; --details, or --format jsonl or csv, has all.",
        "bevindingen staan hier niet afzonderlijk; --details, of --format jsonl of csv, geeft "
        "alle.",
    ),
    "law_applied": Pair("Law", "Recht"),
    "what_to_do": Pair("What to do", "Wat te doen"),
    "person": Pair("Person", "Betrokkene"),
    "controller": Pair("Controller", "Verantwoordelijke"),
    "claimed": Pair("Claimed basis", "Opgegeven grondslag"),
    "reason": Pair("Reason", "Reden"),
    "considered": Pair("Consents looked at", "Bekeken toestemmingen"),
    "uncovered": Pair("Data without consent", "Gegevens zonder toestemming"),
    "also": Pair("Also failed", "Voldeed ook niet aan"),
    "breach": Pair(
        "Assess as a data breach (GDPR 33: 72 hours)",
        "Beoordeel als datalek (AVG 33: 72 uur)",
    ),
    "review": Pair("The DPO is asked to decide", "De FG wordt om een besluit gevraagd"),
    "remediated": Pair("done late", "te laat gedaan"),
    "timeline": Pair("What decided it", "Wat de doorslag gaf"),
    "this_event": Pair("This event", "Deze gebeurtenis"),
    "after": Pair("later", "later"),
    "conflict": Pair("other content, same id", "andere inhoud, zelfde id"),
    "deadline": Pair(
        "The term to notify the recipient ended.", "De termijn om de ontvanger te informeren liep af."
    ),
    "in_time_none": Pair("No facts are held of this record.", "Van dit record zijn geen feiten bewaard."),
    "rejected_title": Pair("Records that were not judged", "Records die niet zijn beoordeeld"),
    "rejected_of": Pair(
        "They count in no figure above, apart from their own findings on data quality. Their "
        "contents are not shown.",
        "Ze tellen in geen cijfer hierboven mee, behalve in hun eigen bevindingen over "
        "datakwaliteit. Hun inhoud wordt niet getoond.",
    ),
    "place": Pair("Place", "Plaats"),
    "what_is_wrong": Pair("What is wrong", "Wat er mis is"),
    "unread_title": Pair("Files that were not read", "Bestanden die niet zijn gelezen"),
    "unread_of": Pair(
        "Not at all, or not from that record on. Nobody knows what they hold: a consent or a "
        "withdrawal in them would change what this report says.",
        "In het geheel niet, of niet vanaf dat record. Niemand weet wat erin staat: een "
        "toestemming of intrekking daarin zou dit rapport veranderen.",
    ),
    "unread_first": Pair(
        "Not all of the input was read (see below).",
        "Niet alle invoer is gelezen (zie hieronder).",
    ),
    "more_rejected": Pair("more", "meer"),
    "assumed": Pair("What was assumed", "Wat is aangenomen"),
    "assumed_of": Pair(
        "Fields that producers left out and that were read in favour of lawfulness. No finding is "
        "raised for them, but judgements rest on them; the fewer, the better the proof.",
        "Velden die producenten niet invulden en die ten gunste van rechtmatigheid zijn gelezen. "
        "Er is geen bevinding over gedaan, maar oordelen berusten erop; hoe minder, hoe beter het "
        "bewijs.",
    ),
    "field": Pair("Field", "Veld"),
    "assumption": Pair("Assumption", "Aanname"),
    "source_and_recipient": Pair(
        "Source system / recipient, events", "Bronsysteem / ontvanger, gebeurtenissen"
    ),
    "no_source": Pair("no source system", "geen bronsysteem"),
    "events_column": Pair("Events", "Gebeurtenissen"),
    "limits": Pair("What this check cannot prove", "Wat deze controle niet kan bewijzen"),
    "settings": Pair("The policy applied", "Het toegepaste beleid"),
    "settings_of": Pair(
        "Settings in force at the end of the period; marked are those that the policy states.",
        "Instellingen die aan het eind van de periode golden; gemarkeerd is wat het beleid zelf "
        "stelt.",
    ),
    "setting": Pair("Setting", "Instelling"),
    "value": Pair("Value", "Waarde"),
    "default": Pair("default", "standaard"),
    "stated": Pair("stated", "gesteld"),
    "registers": Pair("Registers", "Registers"),
    "registers_of": Pair(
        "recipients, notices, adequacy decisions", "ontvangers, privacyverklaringen, "
        "adequaatheidsbesluiten"
    ),
}  # fmt: skip

LIMITS: Final[tuple[Pair, ...]] = (
    Pair(
        "What the notice and the consent text stated and whether they were clear (only their "
        "version and register entry are checked); whether withdrawing is as easy as consenting; "
        "whether the opt-out works and is free.",
        "Wat de privacyverklaring en de toestemmingstekst zeiden en of zij duidelijk waren "
        "(alleen versie en registratie worden gecontroleerd); of intrekken even eenvoudig is als "
        "toestemmen; of afmelden werkt en kosteloos is.",
    ),
    Pair(
        "Whether a recipient's role and own use are as recorded: contracts and practice must be "
        "reviewed, and the register of recipients is the means of control.",
        "Of rol en eigen gebruik van een ontvanger zijn zoals vastgelegd: contracten en praktijk "
        "moeten worden beoordeeld; het ontvangersregister is het controlemiddel.",
    ),
    Pair(
        "Whether the list of similar products and the product categories are right.",
        "Of de lijst van gelijksoortige producten en de productcategorieën juist zijn.",
    ),
    Pair(
        "Whether third parties meet their own duties (GDPR 14 and 21(4), Tw 11.7) and act on "
        "the notifications that they get; an acknowledgement is evidence only.",
        "Of derden hun eigen plichten nakomen (AVG 14 en 21 lid 4, Tw 11.7) en handelen naar wat "
        "hun wordt meegedeeld; een bevestiging is slechts bewijs.",
    ),
    Pair(
        "The data protection impact assessment, the records of processing and the decision on a "
        "data breach (GDPR 33).",
        "De gegevensbeschermingseffectbeoordeling, het verwerkingsregister en het besluit over "
        "een datalek (AVG 33).",
    ),
    Pair(
        "Cookies and pixels (Tw 11.7a), advertising rules of the DSA, national rules of other "
        "member states, the rules for charities and publishers beyond the policy setting, and "
        "profiling without a share or message.",
        "Cookies en pixels (Tw 11.7a), de advertentieregels van de DSA, nationale regels van "
        "andere lidstaten, de regels voor goede doelen en uitgevers buiten de beleidsinstelling, "
        "en profilering zonder verstrekking of bericht.",
    ),
    Pair(
        "What was never recorded: an event that no system sent leaves no trace here. Some "
        "citations await confirmation by the DPO against the official texts.",
        "Wat nooit is vastgelegd: een gebeurtenis die geen systeem heeft gestuurd, laat hier geen "
        "spoor na. Enkele verwijzingen moet de FG nog naast de officiële teksten leggen.",
    ),
)
"""Legal model 7, in the words of a reader."""
