"""Cases of the legal model: read, run over files or through a real worker, compared."""
