"""What peers written in Python run, each in a process of its own."""
