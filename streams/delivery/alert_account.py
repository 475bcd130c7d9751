"""The accounts of the alert policies, asked of a running deliverer."""

from __future__ import annotations

import http.client

from streams.alerts.account import Accounting
from streams.errors import ConsentryError

_TIMEOUT_S = 5.0
_RAISED = "consentry_alerts_raised_total"
_OUTCOMES = ("delivered", "grouped", "dead_lettered")


def ask_accounts(address: str, port: int) -> dict[str, Accounting]:
    """The account of each sink that the deliverer at this address has.

    Raises ConsentryError when nobody answers, or somebody else does.
    """
    where = f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
    remedy = (
        "Ask where `consentry deliver` runs, with its settings (health_address, health_port) or "
        "with --address and --port; its log line `health.listening` names them."
    )
    connection = http.client.HTTPConnection(address, port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise ConsentryError(f"{where} does not answer: {type(error).__name__}", remedy) from None
    finally:
        connection.close()
    if answer.status != 200:
        raise ConsentryError(f"{where}/metrics answers with {answer.status}", remedy)
    return accounts_in(text, where)


def accounts_in(text: str, where: str) -> dict[str, Accounting]:
    """The accounts in the text of `/metrics`; `where` it came from is named in problems.

    Raises ConsentryError where none are exported.
    """
    from prometheus_client.parser import text_string_to_metric_families

    found: dict[str, Accounting] = {}
    has_alerts = False
    try:
        for family in text_string_to_metric_families(text):
            has_alerts = has_alerts or f"{family.name}_total" == _RAISED
            for sample in family.samples:
                if sample.name.startswith("consentry_alerts_"):
                    account = found.setdefault(sample.labels["sink"], Accounting(muted={}))
                    _add(account, sample.name, sample.labels, int(sample.value))
    except (ValueError, KeyError):
        raise ConsentryError(f"{where}/metrics is not the text of a deliverer") from None
    if not has_alerts:
        raise ConsentryError(
            f"{where} exports no alert metrics: it is no deliverer",
            "A worker answers on the same port by default; give each its own health_port.",
        )
    return found


def _add(account: Accounting, name: str, labels: dict[str, str], value: int) -> None:
    match name:
        case "consentry_alerts_raised_total":
            account.raised = value
        case "consentry_alerts_total" if labels["outcome"] in _OUTCOMES:
            setattr(account, labels["outcome"], value)
        case "consentry_alerts_muted_total" if value:
            account.muted[labels["reason"]] = value
        case "consentry_alerts_pending":
            account.pending = value
        case "consentry_alerts_forgotten_total":
            account.forgotten = value
        case _:
            return
