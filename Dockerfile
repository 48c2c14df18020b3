# The program with what it needs to run, and nothing that only tests or building need. How to use it: docs/deploy.md
FROM python:3.13-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never

# --build-arg EXTRAS=tracing adds OpenTelemetry.
ARG EXTRAS=
COPY pyproject.toml requirements.lock ./
# The lock holds the packages for testing too: first the tools that build, ...
RUN awk '/^[^ ]/ { wanted = /^(uv|hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/ } wanted' requirements.lock \
      > tools.lock \
 && python -m venv tools \
 && tools/bin/pip install --no-cache-dir --require-hashes -r tools.lock
# ... then what pyproject.toml asks for to run. The versions and hashes of the lock hold; another hash is refused.
RUN python -m venv --without-pip /opt/paligs \
 && tools/bin/uv pip install --no-cache --python /opt/paligs/bin/python --compile-bytecode --require-hashes \
      -c requirements.lock -r pyproject.toml ${EXTRAS:+--extra "$EXTRAS"}

COPY README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY kb kb
COPY storage storage
RUN tools/bin/hatchling build --target wheel --directory dist \
 && tools/bin/uv pip install --no-cache --offline --python /opt/paligs/bin/python --compile-bytecode --no-deps \
      dist/*.whl


FROM python:3.13-slim
WORKDIR /app
RUN groupadd --gid 10001 paligs \
 && useradd --uid 10001 --gid paligs --no-create-home --home-dir /app --shell /usr/sbin/nologin paligs \
 && install --directory --owner paligs --group paligs --mode 0700 data cache
COPY --from=build /opt/paligs /opt/paligs
ENV PATH=/opt/paligs/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8080 LOG_FORMAT=json XDG_CACHE_HOME=/app/cache
USER 10001:10001
RUN paligs kb train
VOLUME /app/data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["paligs", "run"]
