# The worker, and every other command of Consentry. Packages come from the lock file with
# their hashes checked; nothing in the image is built as or run by root.
FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv /opt/consentry
COPY requirements/worker.lock requirements/
RUN /opt/consentry/bin/pip install --no-cache-dir --only-binary :all: --require-hashes \
      --requirement requirements/worker.lock
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY connectors connectors
COPY streams streams
RUN /opt/consentry/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/consentry --create-home consentry
COPY --from=build /opt/consentry /opt/consentry
ENV PATH=/opt/consentry/bin:$PATH \
    PYTHONUNBUFFERED=1
USER consentry
WORKDIR /var/lib/consentry
ENTRYPOINT ["consentry"]
CMD ["worker"]
