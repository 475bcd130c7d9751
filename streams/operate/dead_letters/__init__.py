"""Records that were set aside: looked at, sent again, deleted, by an operator's command."""
