"""The same core over files: check, conformance, report. No Kafka here."""
