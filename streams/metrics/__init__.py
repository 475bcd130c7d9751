"""What worker and deliverer export to Prometheus: read at a scrape from what is counted anyway."""
