# Two commands for a visitor: `make demo` and `make test`. The others are for people who change the code.
# Plain make, as GNU and BSD both understand it.

PYTHON ?= python3
WORKERS ?= auto
MINUTES ?= 5
RUN = .venv/bin

.PHONY: help demo test lint format types contracts migrations-check openapi-check openapi
.PHONY: bench bench-bulk bench-ingest bench-query bench-analysis bench-load schemathesis spectral wheel sbom lock bench-engine bench-truth bench-pages screenshots bench-faults clean

help:
	@echo "make demo              a city with two years of ledgers, in the browser"
	@echo "make test              every test, on SQLite and on PostgreSQL"
	@echo "make lint format       ruff: check, put right"
	@echo "make types             mypy --strict"
	@echo "make contracts         who may import whom"
	@echo "make migrations-check  the migrations make the tables that the models describe"
	@echo "make openapi-check     docs/openapi.json is what the service serves; make openapi renews it"
	@echo "make schemathesis      MINUTES=5 of generated requests against a real server"
	@echo "make spectral          the OWASP rules on docs/openapi.json (needs npm)"
	@echo "make wheel             dist/huanlian-….whl with everything in it, and beside it what make sbom writes"
	@echo "make sbom              dist/huanlian.cdx.json: what it is made of, with versions, hashes, licences (CycloneDX)"
	@echo "make lock              requirements.lock after pyproject.toml; UPGRADE=--upgrade takes the newest"
	@echo "make bench             every bench below, one after the other; some twenty minutes"
	@echo "make bench-engine      the engine: each goal, what is measured here, ok or not"
	@echo "make bench-truth       the rules: known faults in a made province, what is found, ok or not; ARGS=\"--sites 2000\""
	@echo "make bench-pages       the pages: CPU and bytes beside a JSON answer of the same data"
	@echo "make bench-ingest      filing beside services that only store, start and memory; ARGS=\"--databases postgresql\""
	@echo "make bench-bulk        files of ledgers read, filed and given out, beside openpyxl and COPY; ARGS=\"--rows 100000\""
	@echo "make bench-query       one region's rate over HTTP beside the sum over its lines; ARGS=--full is 10 million lines"
	@echo "make bench-analysis    years of lines: ours beside hand-written DuckDB and PostgreSQL; ARGS=\"--lines 10000000\""
	@echo "make screenshots       docs/images: the pictures of docs/tour.md, taken of the demo city (needs Chromium)"
	@echo "make bench-touched     what one filed ledger costs the rules, by size of the province"
	@echo "make bench-load        50 users at once, by kind of request; ARGS=\"--profile spike --database sqlite\", ARGS=\"--soak 20\""
	@echo "make bench-faults      servers and workers killed, wires cut, disks full: what is left; ARGS=\"--kills 50\""
	@echo "make clean             remove what was made here, .venv and var/ too"

# The stamp makes a repeated call quick; it is renewed when what is installed should change.
.venv/installed: requirements.lock pyproject.toml tools/make_venv.sh
	@sh tools/make_venv.sh $(PYTHON)
	@touch .venv/installed

demo: .venv/installed
	$(RUN)/huanlian demo

test: .venv/installed
	@sh tools/install_test_needs.sh
	$(RUN)/python -m pytest -n $(WORKERS) $(TESTS)

lint: .venv/installed
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

format: .venv/installed
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

types: .venv/installed
	$(RUN)/mypy

contracts: .venv/installed
	$(RUN)/lint-imports --no-logo

migrations-check: .venv/installed
	$(RUN)/python -m pytest -q tests/db -k migration

openapi-check: .venv/installed
	$(RUN)/python -m pytest -q tests/contract/test_openapi.py

openapi: .venv/installed
	$(RUN)/python tests/support/openapi.py > docs/openapi.json.new
	mv docs/openapi.json.new docs/openapi.json

schemathesis: .venv/installed
	PYTHONPATH=tests $(RUN)/python tests/support/fuzz.py --minutes $(MINUTES)

spectral: .venv/installed tools/spectral/node_modules/installed
	cd tools/spectral && node_modules/.bin/spectral lint --fail-severity=error --ruleset ruleset.yaml ../../docs/openapi.json

tools/spectral/node_modules/installed: tools/spectral/package.json tools/spectral/package-lock.json
	cd tools/spectral && npm ci --ignore-scripts --no-audit --no-fund
	@touch tools/spectral/node_modules/installed

wheel: .venv/installed
	$(RUN)/python -m hatchling build -t wheel
	$(RUN)/python tools/sbom.py dist/huanlian.cdx.json

sbom: .venv/installed
	$(RUN)/python tools/sbom.py dist/huanlian.cdx.json

lock: .venv/installed
	$(RUN)/uv pip compile $(UPGRADE) --universal --generate-hashes --all-extras --no-emit-index-url --python-version 3.11 \
		--quiet --no-header pyproject.toml -o requirements.lock

# Each prints its own table; one that fails does not keep the others from running.
bench: .venv/installed
	-$(RUN)/python -m bench.engine
	-$(RUN)/python -m bench.ingest
	-$(RUN)/python -m bench.bulk
	-$(RUN)/python -m bench.query
	-$(RUN)/python -m bench.analysis
	-$(RUN)/python -m bench.pages
	-$(RUN)/python -m bench.touched
	-$(RUN)/python -m bench.truth
	-$(RUN)/python -m bench.load --profile all --minutes 0.5
	-$(RUN)/python -m bench.endurance

bench-ingest: .venv/installed
	$(RUN)/python -m bench.ingest $(ARGS)

bench-bulk: .venv/installed
	$(RUN)/python -m bench.bulk $(ARGS)

bench-query: .venv/installed
	$(RUN)/python -m bench.query $(ARGS)

bench-engine: .venv/installed
	$(RUN)/python -m bench.engine

bench-truth: .venv/installed
	$(RUN)/python -m bench.truth $(ARGS)

bench-pages: .venv/installed
	$(RUN)/python -m bench.pages

bench-analysis: .venv/installed
	$(RUN)/python -m bench.analysis $(ARGS)

screenshots: .venv/installed
	$(RUN)/python tests/support/screenshots.py

bench-touched: .venv/installed
	$(RUN)/python -m bench.touched $(ARGS)

bench-load: .venv/installed
	$(RUN)/python -m bench.load $(ARGS)

bench-faults: .venv/installed
	$(RUN)/python -m bench.endurance $(ARGS)

clean:
	rm -rf .venv var dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .schemathesis
	rm -rf tools/spectral/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
