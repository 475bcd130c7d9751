"""The same core over files: check and its reports, and the conformance cases."""
