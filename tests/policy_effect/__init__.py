"""What a policy would change."""
