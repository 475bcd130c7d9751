"""Webhooks over HTTP: checked, written to Kafka as they came, and then acknowledged."""
