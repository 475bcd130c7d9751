"""What was judged goes out in Kafka transactions."""
