"""A made-up retailer: its maps and settings, its customers, and what its systems send."""
