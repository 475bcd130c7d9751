"""Several worker processes as one service: started, watched, asked and ended together."""
