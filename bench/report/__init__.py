"""The page of figures, made from one run: a table with goals, details, pictures."""
