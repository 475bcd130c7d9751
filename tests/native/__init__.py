"""The C says what the Python says, or leaves it to it; and it is used only where it may be."""
