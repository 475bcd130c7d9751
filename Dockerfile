# The worker, and every other command of Consentry. Packages come from the lock files with
# their hashes checked; nothing in the image is built as or run by root.
FROM python:3.11.16-slim-trixie@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7 AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
WORKDIR /source
COPY requirements/worker.lock requirements/image.lock requirements/
RUN python -m venv /opt/consentry && /opt/consentry/bin/pip install --no-cache-dir \
      --only-binary :all: --require-hashes --requirement requirements/worker.lock
# What compiles and what lists the parts stays behind, with the same packages beside it: mypyc
# compiles by their types.
RUN python -m venv /opt/tools && /opt/tools/bin/pip install --no-cache-dir \
      --only-binary :all: --require-hashes --requirement requirements/worker.lock \
 && /opt/tools/bin/pip install --no-cache-dir \
      --only-binary :all: --require-hashes --requirement requirements/image.lock
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY connectors connectors
COPY streams streams
RUN /opt/tools/bin/python -m streams.dev.compile
# Fails where nothing was compiled.
RUN CONSENTRY_COMPILED=1 /opt/consentry/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation \
      --wheel-dir /opt/wheels .
RUN /opt/consentry/bin/pip install --no-cache-dir --no-deps /opt/wheels/consentry-*.whl
RUN /opt/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
      --output-file /opt/consentry/sbom.cdx.json /opt/consentry/bin/python

FROM python:3.11.16-slim-trixie@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
RUN useradd --system --uid 10001 --home-dir /var/lib/consentry --create-home consentry
COPY --from=build /opt/consentry /opt/consentry
ENV PATH=/opt/consentry/bin:$PATH \
    PYTHONUNBUFFERED=1
USER consentry
WORKDIR /var/lib/consentry
# Worker and deliverer answer there; a command that ends by itself has ended before it counts.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", \
  "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('CONSENTRY_HEALTH_PORT', '8077')}/live\", timeout=3)"]
ENTRYPOINT ["consentry"]
CMD ["worker"]
