"""Findings and duties in the formats of security tools: pure functions, one file a format."""
