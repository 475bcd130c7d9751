"""What is measured. Each script is one run on one broker; results are read, not asserted."""
