"""What an operator orders on a live bus."""
