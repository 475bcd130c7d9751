"""How each kind of sender shows who it is."""
