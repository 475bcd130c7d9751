"""A map as Python functions, written for it when it is loaded.

Nothing of a map's text becomes source: what stands in the source are names that this package
makes up, and the names of Consentry's own event fields. Paths, words, texts and constants of a
map are values that the functions find under such names (`ModuleWriter.bind`).
docs/adr/0094-a-map-is-written-as-functions.md says why.
"""

from __future__ import annotations

from streams.ingest.generate.module import MapFunctions, functions_of

__all__ = ["MapFunctions", "functions_of"]
