"""What names and words of other systems usually mean: the ground of a guess, for people to look at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MEANINGS: Final = {
    "granted": "GRANTED", "grant": "GRANTED", "optin": "GRANTED", "optedin": "GRANTED",
    "given": "GRANTED", "confirmed": "GRANTED", "accepted": "GRANTED", "accept": "GRANTED",
    "true": "GRANTED", "yes": "GRANTED", "y": "GRANTED", "agreed": "GRANTED", "agree": "GRANTED",
    "allow": "GRANTED", "allowed": "GRANTED", "subscribe": "GRANTED", "subscribed": "GRANTED",
    "consented": "GRANTED", "ja": "GRANTED", "akkoord": "GRANTED", "aangemeld": "GRANTED",
    "refused": "REFUSED", "declined": "REFUSED", "decline": "REFUSED", "denied": "REFUSED",
    "notgiven": "REFUSED", "rejected": "REFUSED", "reject": "REFUSED", "false": "REFUSED",
    "no": "REFUSED", "n": "REFUSED", "deny": "REFUSED", "disallowed": "REFUSED", "nee": "REFUSED",
    "geweigerd": "REFUSED",
    "withdrawn": "WITHDRAWN", "withdraw": "WITHDRAWN", "optout": "WITHDRAWN",
    "optedout": "WITHDRAWN", "unsubscribe": "WITHDRAWN", "unsubscribed": "WITHDRAWN",
    "revoked": "WITHDRAWN", "revoke": "WITHDRAWN", "removed": "WITHDRAWN",
    "ingetrokken": "WITHDRAWN", "afgemeld": "WITHDRAWN",
    "objected": "OBJECTED", "objection": "OBJECTED", "complaint": "OBJECTED",
    "complained": "OBJECTED", "spam": "OBJECTED", "spamreport": "OBJECTED",
    "bezwaar": "OBJECTED", "erased": "ERASED", "redacted": "ERASED", "erasure": "ERASED",
}  # fmt: skip

NO_ACTS: Final = {
    "pending": "awaiting confirmation", "pendingconfirmation": "awaiting confirmation",
    "unconfirmed": "awaiting confirmation", "requested": "awaiting confirmation",
    "unknown": "nothing was expressed", "notset": "nothing was expressed",
    "none": "nothing was expressed", "nochoice": "nothing was expressed",
    "notasked": "nothing was expressed", "default": "a default is no act",
    "expired": "the end of a grant is no act", "bounce": "a bounce is no objection",
    "bounced": "a bounce is no objection", "hardbounce": "a bounce is no objection",
    "softbounce": "a bounce is no objection", "cleaned": "a bounce is no objection",
    "delivered": "delivery event", "delivery": "delivery event", "sent": "delivery event",
    "open": "delivery event", "opened": "delivery event", "click": "delivery event",
    "clicked": "delivery event", "processed": "delivery event",
}  # fmt: skip
"""Words beside those of acts that are none; the reason why."""

FINAL: Final = frozenset({"confirmed", "verified", "active", "final", "completed", "approved"})
"""Words of a status beside an answer that let it count; of NO_ACTS those that do not."""

ACTIONS: Final = ("action", "transactiontype", "decision", "answer", "choice", "status", "state",
                  "consent", "consented", "granted", "allowed", "enabled", "subscriptionstatus",
                  "optin", "optedin", "toestemming", "akkoord", "value", "event", "eventtype",
                  "eventname", "type", "item")  # fmt: skip
TIMES: Final = ("occurredat", "interactiondate", "consentdate", "consentedat", "decidedat",
                "givenat", "changedat", "answeredat", "consenttimestamp", "timestamp",
                "timestampms", "updatedat", "updatedms", "modifiedat", "lastmodified", "collectedat",
                "createdat", "eventtime", "firedat", "when", "datum", "time", "date", "ts", "at")  # fmt: skip
NOT_TIMES: Final = ("expir", "validuntil", "validto", "until", "birth", "geboorte", "enddate",
                    "endsat", "producedat", "ingested", "processedat", "sentat", "loadedat")  # fmt: skip
ENDS: Final = ("expiresat", "expiry", "expirydate", "validuntil", "validto", "expires")
PURPOSES: Final = ("purposeid", "purpose", "purposecode", "noticekey", "topic", "programme",
                   "program", "newsletter", "list", "listid", "group", "groupid", "category",
                   "subscriptionid", "subscriptiongroupid", "subject", "doel", "id", "key",
                   "code", "name")  # fmt: skip
NOTICES: Final = ("noticeversion", "wordingversion", "textversion", "policyversion",
                  "privacyversion", "statementversion", "termsversion", "versie", "version")  # fmt: skip
IDS: Final = (
    "eventid",
    "receiptid",
    "messageid",
    "recordid",
    "uuid",
    "requestid",
    "changeid",
    "id",
)
PEOPLE: Final = ("customerid", "customernumber", "customerno", "customer", "klantnummer", "klantnr",
                 "klantid", "userid", "externaluserid", "externalid", "memberid", "membernumber",
                 "number", "contactid", "subjectid", "clientid", "profileid", "accountid",
                 "user")  # fmt: skip
NOT_PEOPLE: Final = ("agent", "operator", "employee", "editor", "changedby", "createdby",
                     "updatedby", "sender", "from", "owner", "medewerker", "replyto")  # fmt: skip
HOLDERS: Final = ("customer", "member", "contact", "person", "subject", "user", "profile", "client",
                  "klant", "identity", "identities")  # fmt: skip
"""Names of objects that hold a person's ids."""
NOT_OF_RECORDS: Final = (*PEOPLE, "mpid", "orgid", "organizationid", "anonymousid", "tenantid")
RECIPIENTS: Final = ("recipient", "recipientid", "partner", "partnerid", "vendor", "vendorid",
                     "thirdparty", "ontvanger")  # fmt: skip
CHANNELS: Final = {
    "email": "EMAIL", "mail": "EMAIL", "sms": "SMS", "text": "SMS", "push": "PUSH", "app": "PUSH",
    "phone": "PHONE_HUMAN", "call": "PHONE_HUMAN", "telephone": "PHONE_HUMAN",
    "telefoon": "PHONE_HUMAN", "post": "POST", "letter": "POST", "brief": "POST",
    "whatsapp": "MESSAGING_APP", "fax": "FAX",
}  # fmt: skip
CHANNEL_NAMES: Final = ("channel", "medium", "contactmethod", "kanaal")
TEST_FLAGS: Final = ("test", "istest", "testmode", "sandbox", "demo", "isdemo", "dryrun", "preview")
COLUMN: Final = re.compile(
    r"optin|opt_in|consent|subscribed|permission|allow|agree|accepts?_|marketing|newsletter|"
    r"toestemming|nieuwsbrief|akkoord",
    re.IGNORECASE,
)
"""Names of columns that hold an answer each."""
LISTS: Final = ("purposes", "lists", "listids", "topics", "newsletters", "programmes", "programs",
                "subscriptions", "groups", "groupids", "categories", "consents", "optins", "doelen",
                "channels")  # fmt: skip
"""Names of lists of plain values that say what an answer is about."""


UNSPECIFIED: Final = "UNSPECIFIED"
"""How Protobuf's style guide ends the zero of an enum, which stands there also where nothing was
written: a word that says nothing."""


def enum_prefix(symbols: Iterable[str]) -> str:
    """What the symbols of a Protobuf enum begin with, seen by its zero; empty where none is there."""
    zeros = [one for one in symbols if one.endswith(f"_{UNSPECIFIED}")]
    return zeros[0].removesuffix(UNSPECIFIED) if len(zeros) == 1 else ""


def bare(word: str) -> str:
    """A name or word in small letters, without signs."""
    return re.sub(r"[^a-z0-9]", "", word.lower())
