"""What worker and deliverer tell Prometheus: read at a scrape from what is counted anyway."""
