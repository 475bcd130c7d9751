"""Where downloads are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "CONSENTRY_CACHE"


def cache_dir() -> Path:
    """The folder for downloads: `CONSENTRY_CACHE`, else `consentry` in the user's cache.

    Nothing in it is precious: it may be deleted at any time, and is filled again when
    needed.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    user_cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(user_cache).expanduser().absolute() / "consentry"
