# `make demo` and `make test` set up what they need in .venv and .amicable.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test simulate lint format docs bench bench-monday lock runtime dev tools

PY := .venv/bin/python
AMICABLE := $(PY) -m amicable.site.cli
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml

help:
	@echo "make demo         a small marketplace at http://127.0.0.1:8000 (PORT, HOST, AMICABLE_DATA)"
	@echo "make demo-reset   forget the demo's data"
	@echo "make test         all checks and all tests (ARGS for pytest)"
	@echo "make simulate     many more random lives of contracts than the tests play (LIVES times as many)"
	@echo "make lint         the checks alone"
	@echo "make format       bring the code into the house's form"
	@echo "make docs         draw docs/lifecycle.md from the rules"
	@echo "make bench        measure against PostgreSQL's own benchmark"
	@echo "make bench-monday measure a Monday's run beside set-based SQL"
	@echo "make lock         pin the newest versions that pyproject.toml allows"

demo: runtime
	@exec $(AMICABLE) demo --stop-with-parent

demo-reset: runtime
	@$(AMICABLE) demo-reset

test: tools lint
	$(PY) -m pytest -n auto --maxprocesses 8 $(ARGS)

simulate: dev
	LIVES=$${LIVES:-40} $(PY) -m pytest -n auto --maxprocesses 8 -k "machine or run_alike or pairs or killed" tests/rules tests/contracts $(ARGS)

lint: dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q tests/site/test_migrations.py

format: dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

docs: dev
	PYTHONPATH=src:tests $(PY) -m rules.lifecycle > .lifecycle.md && mv .lifecycle.md docs/lifecycle.md

bench:
	@python=$$(scripts/find-python) && $$python scripts/set_up.py requirements-bench.lock
	$(PY) -m bench $(ARGS)

bench-monday:
	@python=$$(scripts/find-python) && $$python scripts/set_up.py requirements-bench.lock
	$(PY) -m bench.monday $(ARGS)

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --upgrade -c requirements.lock --extra dev -o requirements-dev.lock
	$(COMPILE) --upgrade -c requirements.lock --extra bench -o requirements-bench.lock

runtime:
	@python=$$(scripts/find-python) && $$python scripts/set_up.py requirements.lock

dev:
	@python=$$(scripts/find-python) && $$python scripts/set_up.py requirements-dev.lock

tools: dev
	@scripts/find-test-tools
