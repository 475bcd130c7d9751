"""Output topics brought in line with the state: what the state does not say ends."""
