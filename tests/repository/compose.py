"""What must hold for docker-compose.yml, beyond being a compose file.

Nothing is started, so what a container would only say at run time is looked for here: a
listener that is advertised but not opened, a quorum without this node, a service that
waits for the health of one without a health check.
"""

from __future__ import annotations

from typing import Any

import compose_spec
import yaml

BROKERS = "CONSENTRY_BROKERS"


def problems(text: str) -> list[str]:
    """All that is wrong with a compose file; none means that it can be started."""
    try:
        compose_spec.PyCompose.from_yaml(text)
    except ValueError as error:
        return [f"not a compose file: {error}"]
    services: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    found = []
    for name, service in services.items():
        found += [f"{name}: {problem}" for problem in _service(service, services)]
    brokers = {name: one for name, one in services.items() if _is_kafka(one)}
    for name, service in brokers.items():
        found += [f"{name}: {problem}" for problem in _kafka(name, service["environment"])]
    inside = {
        address
        for service in brokers.values()
        for address in _listeners(service["environment"], "KAFKA_ADVERTISED_LISTENERS").values()
    }
    for name, service in services.items():
        wanted = service.get("environment", {}).get(BROKERS)
        if wanted is not None and wanted not in inside:
            found.append(f"{name}: {BROKERS} is {wanted}, which no broker advertises")
    return found


def _is_kafka(service: dict[str, Any]) -> bool:
    return "KAFKA_NODE_ID" in service.get("environment", {})


def _service(service: dict[str, Any], services: dict[str, dict[str, Any]]) -> list[str]:
    found = []
    image = service.get("image", "")
    if "build" not in service and (":" not in image or image.endswith(":latest")):
        found.append(f"image {image!r} has no tag")
    for other, how in service.get("depends_on", {}).items():
        if other not in services:
            found.append(f"waits for {other}, which is not there")
        elif how["condition"] == "service_healthy" and "healthcheck" not in services[other]:
            found.append(f"waits for the health of {other}, which has no health check")
    return found


def _listeners(environment: dict[str, str], key: str) -> dict[str, str]:
    """Address of each listener's name."""
    return dict(one.split("://") for one in environment[key].split(","))


def _kafka(service: str, environment: dict[str, str]) -> list[str]:
    """Whether one broker's settings agree with each other (KRaft, one node)."""
    found = []
    if any("ZOOKEEPER" in name for name in environment):
        found.append("ZooKeeper settings in KRaft mode")
    listeners = _listeners(environment, "KAFKA_LISTENERS")
    advertised = _listeners(environment, "KAFKA_ADVERTISED_LISTENERS")
    secured = dict(
        one.split(":") for one in environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")
    )
    controller = environment["KAFKA_CONTROLLER_LISTENER_NAMES"]
    voter = f"{environment['KAFKA_NODE_ID']}@{service}{listeners.get(controller, '')}"
    if voter not in environment["KAFKA_CONTROLLER_QUORUM_VOTERS"].split(","):
        found.append(f"{voter} is not among the voters")
    if set(environment["KAFKA_PROCESS_ROLES"].split(",")) != {"broker", "controller"}:
        found.append("the only node must be broker and controller")
    found += [
        f"listener {name} is advertised and not opened"
        for name in sorted(set(advertised) - set(listeners))
    ]
    found += [
        f"listener {name} is opened and not advertised"
        for name in sorted(set(listeners) - {controller} - set(advertised))
    ]
    for name, address in advertised.items():
        port = address.rpartition(":")[2]
        if name in listeners and listeners[name].rpartition(":")[2] != port:
            found.append(f"listener {name} is advertised on another port than it opens")
    found += [
        f"listener {name} has no security protocol"
        for name in sorted(set(listeners) - set(secured))
    ]
    if controller in advertised:
        found.append("the controller's listener is advertised")
    if environment["KAFKA_INTER_BROKER_LISTENER_NAME"] not in advertised:
        found.append("the listener between brokers is not advertised")
    found += [
        f"{name} must be 1 on one node"
        for name in (
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR",
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR",
        )
        if environment.get(name) != "1"
    ]
    return found
