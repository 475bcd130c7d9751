"""Which variables of the environment begin like ours, and whose they are.

A variable `CONSENTRY_*` is a setting, a secret of a sink, one of a few others that this
project reads, or one that Kubernetes made of the name of a Service. Any other is most
likely misspelt.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from streams.settings.model import Settings

PREFIX: Final = "CONSENTRY_"
CONFIG_VARIABLE: Final = "CONSENTRY_CONFIG"
SINK_PREFIX: Final = "CONSENTRY_SINK_"
"""What the variables with secrets of sinks begin with; `streams/sinks/load.py` reads them."""

OTHER_VARIABLES: Final = frozenset(
    {
        CONFIG_VARIABLE,
        "CONSENTRY_CACHE",
        "CONSENTRY_COMPILED",
        "CONSENTRY_MAVEN_REPOSITORY",
        "CONSENTRY_MODEL_SCHEDULES",
        "CONSENTRY_PURE",
    }
)
"""Variables with our prefix that are no settings."""

OTHER_FAMILIES: Final = ("CONSENTRY_REQUIRE_", "CONSENTRY_TEST_")
"""What the variables of the tests begin with."""

# Kubernetes, "Discovering services", environment variables: for each Service NAME of the
# namespace {NAME}_SERVICE_HOST, {NAME}_SERVICE_PORT, that with the name of each port, and
# what Docker once made of links: {NAME}_PORT and {NAME}_PORT_{number}_{protocol}_*.
_SERVICE: Final = re.compile(
    r"CONSENTRY_([A-Z0-9_]+_)?"
    r"(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
_LINK: Final = re.compile(r"(tcp|udp|sctp)://", re.IGNORECASE)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def is_of_kubernetes(name: str, value: str) -> bool:
    """Whether Kubernetes made this variable of a Service's name, such as consentry-health.

    `CONSENTRY_HEALTH_PORT` is a setting too: there its value decides, `tcp://10.0.0.7:8080`.
    """
    if not name.startswith(PREFIX):
        return False
    if _SERVICE.fullmatch(name):
        return True
    return name.endswith("_PORT") and _LINK.match(value) is not None


def kubernetes_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """Variables that are ignored, since a Service of the namespace has a name like ours."""
    given = os.environ if environ is None else environ
    return sorted(name for name, value in given.items() if is_of_kubernetes(name, value))


def unknown_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """Variables that begin like ours but mean nothing: most likely misspelt.

    They do not stop the program, since a host may carry variables of another version;
    the process that starts it should warn of them.
    """
    known = OTHER_VARIABLES | {variable(name) for name in Settings.model_fields}
    given = os.environ if environ is None else environ
    return sorted(
        name
        for name, value in given.items()
        if name.startswith(PREFIX)
        and name not in known
        and not name.startswith((SINK_PREFIX, *OTHER_FAMILIES))
        and not is_of_kubernetes(name, value)
    )


def similar_variable(name: str) -> str:
    """`; did you mean ...?`, where a setting is called much like it, else nothing."""
    from difflib import get_close_matches

    near = get_close_matches(name, map(variable, Settings.model_fields), n=1, cutoff=0.8)
    return f"; did you mean {near[0]}?" if near else "; is it misspelt?"
