.POSIX:
.PHONY: demo code test test-citus bench bench-fleet bench-desk crawl lint clean lock sbom

# Each target does its own set-up; a machine needs Python 3.11 and make.
SETUP = sh config/local/setup.sh
LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

demo: # the whole product on this machine; Ctrl-C stops it; COMMUNES=3321 for the whole country
	@$(SETUP) && exec env COMMUNES="$(COMMUNES)" .venv/bin/python -m config.local.demo

code: # the present code of the second factor in the demo
	@$(SETUP) && .venv/bin/python -m config.local.code

test: # every test; ARGS="-k filing" passes on to pytest, BROWSER=off leaves the browser out
	@$(SETUP) test && BROWSER="$(BROWSER)" sh config/local/run_tests.sh $(ARGS)

test-citus: # the same on a Citus cluster; CITUS_URL=postgres://superuser:…@coordinator/database
	@$(SETUP) test && CITUS_URL="$(CITUS_URL)" BROWSER="$(BROWSER)" \
		.venv/bin/python -m config.local.citus $(ARGS)

bench: # measurements, one JSON object a line
	@$(SETUP) && .venv/bin/python -m bench

bench-fleet: # the same for thousands of communes; COMMUNES=11000 for more than the country has
	@$(SETUP) && COMMUNES="$(COMMUNES)" .venv/bin/python -m bench.fleet

bench-desk: # a desk with 10,000 open cases, races for one case and one number, killed job runners
	@$(SETUP) && .venv/bin/python -m bench.desk

crawl: # who sees what: 20,000 requests, and every planted fault; REQUESTS=100000 for more
	@$(SETUP) test && REQUESTS="$(REQUESTS)" .venv/bin/python -m tests.crawl

lint: # format, lint, types, import direction, migrations, deployment check
	@$(SETUP) && bash .ci/run lint

sbom: # what production is made of, as CycloneDX, with hashes: .local/sbom.cdx.json
	@$(SETUP) && .venv/bin/cyclonedx-py requirements requirements-production.lock \
		--pyproject pyproject.toml --mc-type application --output-reproducible \
		--of JSON -o .local/sbom.cdx.json && .venv/bin/python -m config.local.audit parts

clean: # everything that was made here, the demo's data included
	@if [ -x .venv/bin/python ]; then for state in .local/*/; do \
		[ ! -d "$$state" ] || .venv/bin/python -m config.local.postgres destroy --state "$$state"; \
	done; fi
	rm -rf .local .venv .tools staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis

lock: # choose versions anew after a change of pyproject.toml
	@$(SETUP)
	.tools/bin/uv pip compile $(LOCK) pyproject.toml --group local --group test \
		-o requirements.lock
	.tools/bin/uv pip compile $(LOCK) pyproject.toml --constraint requirements.lock \
		-o requirements-production.lock
	echo uv | .tools/bin/uv pip compile $(LOCK) - -o requirements-tools.lock
	sed -n 's/^psycopg2==\([^ ]*\).*/psycopg2-binary==\1/p' requirements.lock | \
		.tools/bin/uv pip compile $(LOCK) - -o requirements-binary.lock
