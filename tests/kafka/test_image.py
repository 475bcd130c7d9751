"""The steps of the Dockerfile, in virtual environments: the worker that comes out runs compiled.

No engine is needed. Debian's packages and the user are left out, and packages of lock files
are those that the tests run with.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streams import compiled
from tests.kafka.harness import Bus
from tests.kafka.processes import until

ROOT = Path(__file__).parents[2]
BUILD = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ")[1]


def steps() -> list[str]:
    """The shell lines of the build stage, in order, each command for itself."""
    text = re.sub(r"\\\n\s*", "", BUILD)
    lines = re.findall(r"^RUN (.+)$", text, re.MULTILINE)
    return [part.strip() for line in lines for part in line.split("&&")]


def copied() -> list[str]:
    """The files and folders that the build stage gets."""
    found = re.findall(r"^COPY (.+) \S+$", BUILD, re.MULTILINE)
    return [name for line in found for name in line.split()]


def carry_out(folder: Path) -> Path:
    """Build below a folder. Returns the environment that the image would hold."""
    source, opt = folder / "source", folder / "opt"
    for name in copied():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    site = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    packages = [path for path in sys.path if path.endswith("site-packages")]
    for step in steps():
        # The list of parts is made by a package that only the lock of the image has.
        if step.startswith("apt-get") or "cyclonedx-py" in step:
            continue
        if "--require-hashes" in step:
            [lock] = re.findall(r"--requirement (\S+)", step)
            assert (source / lock).is_file()
            continue
        line = step.replace("/opt/", f"{opt}/").replace("lib/python3.11/site-packages", site)
        line = re.sub(r"^python ", f"{sys.executable} ", line)
        if line.endswith("/tools"):  # nothing is installed there
            line = line.replace("-m venv", "-m venv --without-pip")
        done = subprocess.run(
            ["sh", "-c", line], cwd=source, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        if "-m venv" in line:
            environment = Path(line.rsplit(" ", 1)[1])
            (environment / site / "packages-of-the-tests.pth").write_text("\n".join(packages))
    return opt / "consentry"


@pytest.mark.skipif(not compiled.usable(), reason="not compiled: python -m streams.dev.compile")
def test_the_worker_of_the_image_runs_compiled(bus: Bus, tmp_path: Path) -> None:
    environment = carry_out(tmp_path)
    [wheel] = (tmp_path / "opt" / "wheels").iterdir()
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert f"-{python}-{python}-" in wheel.name
    log = tmp_path / "log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [environment / "bin" / "consentry", "worker", "--json-logs"],
            env=bus.environment() | {"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
            cwd=tmp_path,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def started() -> dict[str, object] | None:
        for line in log.read_text("utf-8").splitlines():
            if line.startswith("{") and json.loads(line)["event"] == "worker.starting":
                found: dict[str, object] = json.loads(line)
                return found
        assert worker.poll() is None, log.read_text("utf-8")
        return None

    try:
        said = until(started, "the worker starts")
        assert (said["compiled"], said["native"]) == (True, True)
    finally:
        worker.kill()
        worker.wait()


def test_what_would_be_left_out_is_noticed() -> None:
    assert any("streams.dev.compile" in step for step in steps())
    assert any(step.startswith("CONSENTRY_COMPILED=1 ") and "pip wheel" in step for step in steps())
    assert {"streams", "pyproject.toml", "requirements/image.lock"} <= set(copied())
