"""What hatchling asks when it builds a wheel: the compiled modules go in, where there are any.

    python -m streams.dev.compile && pip wheel --no-deps .

Then the wheel is for the Python and the platform that it was compiled on. Where nothing is
compiled, or what is there is of other sources, it is one for any platform, of plain Python. With
CONSENTRY_COMPILED=1 in the environment that is an error: so are the wheels of `make wheel` and of
the image made.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WANTED: Final = "CONSENTRY_COMPILED"


class CompiledModules(BuildHookInterface[Any]):
    """hatchling's custom hook (`[tool.hatch.build.targets.wheel.hooks.custom]`)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add what is compiled. Raises RuntimeError where it is wanted and lacks.

        `version` is "standard", or "editable" for a wheel that only points to the sources here.
        """
        if version != "standard":
            return
        sys.path.insert(0, self.root)
        try:
            from streams import compiled
            from streams.native import library
        finally:
            sys.path.remove(self.root)
        if compiled.usable() and library.current():
            target = f"streams/{compiled.FOLDER.name}"
            build_data["force_include"][str(compiled.FOLDER)] = target
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
        elif os.environ.get(WANTED):
            raise RuntimeError(
                "the hot modules are not compiled, or of other sources: "
                "python -m streams.dev.compile says what is missing"
            )
