"""What operators do with what was set aside, without a broker."""
