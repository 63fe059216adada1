# The production image: the same lock, the same code, gunicorn as an ordinary user.
#
#   docker build -t xaso .
#   docker run --env-file xaso.env -p 8000:8000 xaso                       web
#   docker run --env-file xaso.env xaso python manage.py run_jobs          job runner
#   docker run --env-file xaso.env xaso python manage.py prepare_database  once a release

FROM python:3.11-slim-bookworm AS build

# psycopg2 is built from its source, against the libpq of this very system.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /build
COPY requirements-tools.lock requirements-production.lock ./
ENV UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements-tools.lock \
    && /opt/tools/bin/uv venv /opt/xaso \
    && /opt/tools/bin/uv pip sync --python /opt/xaso/bin/python --require-hashes \
        --compile-bytecode requirements-production.lock

FROM python:3.11-slim-bookworm

# libpq5 for psycopg2; the others are what WeasyPrint loads, and the type of official papers.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation2 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/xaso --create-home xaso

COPY --from=build /opt/xaso /opt/xaso
ENV PATH=/opt/xaso/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    WEB_BIND=0.0.0.0:8000 \
    WEB_ACCESS_LOG=- \
    FILES_ROOT=/var/lib/xaso/files \
    BLUEPRINT_DIR=/var/lib/xaso/blueprints

WORKDIR /srv/xaso
COPY manage.py pyproject.toml ./
COPY config config
COPY tenants tenants
COPY documents documents
COPY services services
COPY citizens citizens
COPY templates templates
COPY static static
COPY locale locale

# The key here protects nothing: collecting static files only needs that the settings load.
RUN python -m compileall -q . \
    && for catalogue in locale/*/LC_MESSAGES/django.po; do \
        pybabel --quiet compile --input-file "$catalogue" --output-file "${catalogue%.po}.mo"; \
    done \
    && SECRET_KEY=only-while-building python manage.py collectstatic --noinput

USER xaso
VOLUME /var/lib/xaso
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-m", "config.health_probe"]

# One worker a container behind a proxy that buffers (config/gunicorn.py says why).
CMD ["gunicorn", "--config", "config/gunicorn.py"]
