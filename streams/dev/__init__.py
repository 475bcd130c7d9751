"""For developers and the demo: a real local Kafka, and sample streams that know their truth."""
