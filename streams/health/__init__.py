"""How a worker is: live, ready, and why not."""
