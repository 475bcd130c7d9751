"""What the repository promises about its own files."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path

import pytest

from streams.topics.codecs import unreadable_codecs

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements/development.lock").read_text("utf-8")
RECEIVERS_LOCK = (ROOT / "requirements/receivers.lock").read_text("utf-8")
PEERS_LOCKS = {
    group: (ROOT / f"requirements/{group}.lock").read_text("utf-8") for group in ("quix",)
}
PLATFORM_LOCK = (ROOT / "requirements/platform.lock").read_text("utf-8")
IMAGE_LOCK = (ROOT / "requirements/image.lock").read_text("utf-8")
WORKER_LOCK = (ROOT / "requirements/worker.lock").read_text("utf-8")


def pinned(lock: str) -> dict[str, str]:
    """Each package of a lock file with its version and hashes, or its address."""
    entries = re.split(r"\n(?=\S)", lock.strip())
    return {re.split(r"[= ;@]", entry)[0]: entry for entry in entries}


EVERY_LOCK = pytest.mark.parametrize(
    "lock",
    [LOCK, WORKER_LOCK, IMAGE_LOCK, PLATFORM_LOCK],
    ids=["all", "worker", "image", "platform"],
)


@EVERY_LOCK
def test_every_package_is_pinned_with_a_hash(lock: str) -> None:
    packages = pinned(lock)
    assert len(packages) > (7 if lock is PLATFORM_LOCK else 30)
    for name, entry in packages.items():
        assert re.match(rf"{re.escape(name)}==\S+ ", entry), name
        assert "--hash=sha256:" in entry, name


@EVERY_LOCK
def test_the_lock_names_no_host(lock: str) -> None:
    assert "://" not in lock
    assert not re.search(
        r"^(-i|--index-url|--extra-index-url|--find-links|-f)\b", lock, re.MULTILINE
    )


def test_the_receiver_of_the_tests_is_pinned_with_a_hash_and_names_no_host() -> None:
    ((name, entry),) = pinned(RECEIVERS_LOCK).items()
    assert re.match(rf"{name}==\S+ ", entry)
    assert "--hash=sha256:" in entry
    assert "://" not in RECEIVERS_LOCK


@pytest.mark.parametrize("group", PEERS_LOCKS)
def test_the_peers_of_the_bench_are_pinned_with_hashes_and_name_no_host(group: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = {re.split(r"[<>=; ]", one)[0] for one in project["dependency-groups"][group]}
    locked = pinned(PEERS_LOCKS[group])
    assert asked <= set(locked)
    assert all("--hash=sha256:" in entry for entry in locked.values())
    assert "://" not in PEERS_LOCKS[group]


@pytest.mark.parametrize("name", ["kafkajs", "registry"])
def test_node_packages_of_the_tests_are_pinned_with_hashes_and_name_no_host(name: str) -> None:
    folder = ROOT / "tests" / "clients" / name
    text = (folder / "package-lock.json").read_text("utf-8")
    lock = json.loads(text)["packages"]
    asked = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]
    assert lock.pop("")["dependencies"] == asked
    assert {name: lock[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert all(package["integrity"].startswith("sha512-") for package in lock.values())
    # The index is the one that the machine is set up with, and nothing runs at installing.
    assert "://" not in text
    npmrc = (folder / ".npmrc").read_text("utf-8")
    scripts = any(package.get("hasInstallScript") for package in lock.values())
    assert not scripts or "ignore-scripts=true" in npmrc
    assert "registry=" not in npmrc


def test_both_locks_agree() -> None:
    everything, worker = pinned(LOCK), pinned(WORKER_LOCK)
    assert {name: everything[name] for name in worker} == worker
    assert "pytest" in everything
    assert "pytest" not in worker


def declared(*groups: str) -> set[str]:
    """The names of dependencies: those of the package, and of extras by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    of_group = {"dependencies": project["dependencies"], **project["optional-dependencies"]}
    asked = [one for group in groups or of_group for one in of_group[group]]
    return {re.split(r"[<>=; ]", one)[0].lower() for one in asked}


def test_every_dependency_is_locked() -> None:
    assert "faust-streaming" in declared()
    # What botocore asks for does not go together with the rest (Makefile, `lock`).
    assert declared() - declared("msk") <= set(pinned(LOCK))
    assert declared("msk") <= set(pinned(PLATFORM_LOCK))


def test_the_image_is_built_with_packages_of_the_same_versions() -> None:
    everything, image = pinned(LOCK), pinned(IMAGE_LOCK)
    both = everything.keys() & image.keys()
    assert {"mypy", "setuptools"} <= both
    assert {name: image[name].split(" ")[0] for name in both} == {
        name: everything[name].split(" ")[0] for name in both
    }


NOT_INSTALLED = {"aws_msk_iam_sasl_signer": "aws-msk-iam-sasl-signer-python"}
"""What `make setup` leaves out: `.ci/platform` installs it."""


def imported(folder: Path) -> set[str]:
    """The distributions that the modules of a folder import, ours and Python's left out."""
    of_module = packages_distributions()
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in ("streams", "tests", "bench"):
                    # Several distributions share a name such as `azure`.
                    found_in = of_module.get(top) or [NOT_INSTALLED[top]]
                    owners = [re.sub(r"[-_.]+", "-", one).lower() for one in found_in]
                    dashed = name.replace(".", "-").removeprefix("google-")
                    found.add(next((o for o in owners if dashed.startswith(o)), owners[0]))
    return found


def test_what_is_imported_is_declared_and_what_is_declared_is_used() -> None:
    # Parts of Faust, of Jinja and of pydantic that come with them, in step.
    parts = {"mode-streaming", "markupsafe", "pydantic-core"}
    # What aiokafka and fastavro read codecs with, where it is there.
    behind = {"cramjam", "backports-zstd", "lz4"}
    # What pip installs to build a wheel, and asks for what goes into it.
    builds = {"hatchling"}
    assert builds <= declared("build")
    assert imported(ROOT / "streams") - parts - builds | behind == declared(
        "dependencies", "local", "sentinel", "apprise", "otel", "protobuf", "msk"
    )
    assert imported(ROOT / "tests") - parts <= declared(
        "dependencies", "local", "sentinel", "apprise", "otel", "protobuf", "msk", "dev"
    )


def test_an_installation_of_the_worker_reads_every_codec() -> None:
    assert {"cramjam", "backports-zstd"} <= set(pinned(WORKER_LOCK))
    assert unreadable_codecs() == frozenset()


def test_faust_is_pinned_exactly() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "faust-streaming==0.15.3" in project["dependencies"]


def test_faust_finds_the_transport_by_its_entry_point() -> None:
    (found,) = entry_points(group="faust.transports", name="consentry")
    from streams.transport.faust_driver import Transport

    assert found.load() is Transport


def test_the_index_of_decisions_is_complete() -> None:
    folder = ROOT / "docs" / "adr"
    pages = {path.name: path.read_text("utf-8") for path in folder.glob("[0-9]*.md")}
    index = (folder / "README.md").read_text("utf-8")
    assert re.findall(r"\]\((\S+?\.md)\)", index) == sorted(pages)
    titles = dict(re.findall(r"\]\((\d{4})-\S+?\.md\) \| (.+) \|$", index, re.MULTILINE))
    for name, text in pages.items():
        assert text.startswith(f"# {name[:4]}. {titles[name[:4]]}\n"), name
        assert len(text.splitlines()) <= 60, name
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, (name, part)
        assert re.search(r"^Status: (accepted|superseded by \d{4})", text, re.MULTILINE), name


def test_ci_runs_what_people_run() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "set -euo pipefail" in script
    steps = re.findall(r"^(?:nice -n \d+ )?make (test[\w-]*)", script, re.MULTILINE)
    assert steps == ["test-pure", "test"]
    for before in ("setup lint\n", "make peers"):
        assert script.index(before) < script.index("make test\n")
    # Debian's receivers of findings: installed, and then no test may do without.
    assert script.index(".ci/receivers") < script.index("CONSENTRY_REQUIRE_RECEIVERS=1")
    assert script.index("CONSENTRY_REQUIRE_RECEIVERS=1") < script.index("make test\n")
    # Producers in Java and in Node, likewise.
    assert script.index(".ci/clients") < script.index("CONSENTRY_REQUIRE_CLIENTS=1")
    assert script.index("CONSENTRY_REQUIRE_CLIENTS=1") < script.index("make test\n")


def test_nothing_that_is_built_or_secret_is_committed() -> None:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("not a git checkout (a source archive has no history)")
    names = done.stdout.splitlines()
    assert "pyproject.toml" in names
    bad = re.compile(r"__pycache__|\.pyc$|\.egg-info|^\.venv|\.pem$|\.key$|\.env$|kafka\.log$")
    assert [name for name in names if bad.search(name)] == []
