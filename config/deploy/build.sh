#!/bin/sh
# Makes the folder of a release ready to serve: sh config/deploy/build.sh
#
# Libraries by the production lock (psycopg2 is built against this machine's libpq), translations
# compiled. Needs Python 3.11 or newer with venv and headers, gcc and libpq-dev.
set -eu
cd "$(dirname "$0")/../.."
export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 PIP_DISABLE_PIP_VERSION_CHECK=1

python=${PYTHON:-/usr/bin/python3}
"$python" -m venv .tools
.tools/bin/python -m pip install --quiet --require-hashes --only-binary :all: \
    --requirement requirements-tools.lock
.tools/bin/uv venv --quiet --clear --python "$python" .venv
.tools/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode \
    requirements-production.lock
for catalogue in locale/*/LC_MESSAGES/django.po; do
    .venv/bin/pybabel --quiet compile --input-file "$catalogue" --output-file "${catalogue%.po}.mo"
done
