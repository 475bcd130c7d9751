"""The forms of a result: a table, JSON lines, CSV and a report for the dossier."""
