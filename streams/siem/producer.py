"""Who writes, and how: what an installation sets once for all its lines."""

from __future__ import annotations

from enum import StrEnum

import msgspec

VENDOR = "Consentry"
PRODUCT = "Consentry"


class Language(StrEnum):
    """In which language texts for people are written; names of fields stay English."""

    EN = "en"
    NL = "nl"


class OcsfVersion(StrEnum):
    """The versions of OCSF that can be asked for, oldest first."""

    V1_5 = "1.5.0"
    V1_6 = "1.6.0"
    V1_7 = "1.7.0"
    V1_8 = "1.8.0"


class OcsfClass(StrEnum):
    """The class that a finding has in OCSF.

    COMPLIANCE: a control was evaluated and failed (2003). DATA_SECURITY: personal data went
    where they should not (2006), for those who read data-loss findings.
    """

    COMPLIANCE = "compliance"
    DATA_SECURITY = "data_security"


class Producer(msgspec.Struct, frozen=True, kw_only=True):
    """The installation that publishes findings, and the form that its receivers want.

    `version` is that of the product. `instance` names the installation (`consentry-prod`):
    the host in syslog, the source in CloudEvents. `syslog_facility` is 0 to 23 (13: log
    audit). `enterprise_number` marks our structured data in syslog; 32473 is the number
    that IANA keeps for examples, an organisation sets its own.
    """

    version: str
    instance: str = "consentry"
    language: Language = Language.EN
    ocsf_version: OcsfVersion = OcsfVersion.V1_8
    ocsf_class: OcsfClass = OcsfClass.COMPLIANCE
    syslog_facility: int = 13
    enterprise_number: int = 32473

    def __post_init__(self) -> None:
        """Raise ValueError for a number that syslog cannot write."""
        if not 0 <= self.syslog_facility <= 23:
            raise ValueError("a syslog facility is a number from 0 to 23")
        if not 0 < self.enterprise_number <= 4_294_967_295:
            raise ValueError("an enterprise number is a positive number of 32 bits")
