"""What was fetched: unpacked, merged by record timestamp, and released in batches to judge."""
