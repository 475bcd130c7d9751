"""Reading files of events: JSON text and Avro container files, plain or packed."""
