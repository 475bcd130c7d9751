"""Topics without a `compression.type` of their own, on a broker that packs by default."""

from __future__ import annotations

from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from streams.cli.main import main
from tests.kafka.harness import ROOT


def test_conformance_runs_on_a_broker_that_packs_by_default(kafka: str, tmp_path: Path) -> None:
    cases = (ROOT / "tests" / "conformance" / "scenarios.jsonl").read_text().splitlines()[:3]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(cases) + "\n")
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    try:
        set_default(admin, ("SET", "zstd"))
        results = str(tmp_path / "results.jsonl")
        assert main(["conformance", str(file), "-o", results, "--broker", kafka]) == 0
    finally:
        set_default(admin, ("DELETE", None))
        admin.close()
    assert Path(results).read_text()


def set_default(admin: KafkaAdminClient, change: tuple[str, str | None]) -> None:
    """Change the `compression.type` of topics that have none of their own, on every broker."""
    for broker in admin.describe_cluster()["brokers"]:
        name = str(broker["broker_id"])
        admin.alter_configs(
            [ConfigResource(ConfigResourceType.BROKER, name, {"compression.type": change})]
        )
