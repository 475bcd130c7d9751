"""The same core over files: a whole history judged at once, and its reports."""
