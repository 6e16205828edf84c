# Two commands: make demo, make test. `make help` lists the others.
PYTHON ?= python3.11
PORT ?= 8000
SIZE ?= small
VENV := .venv
RUN := $(VENV)/bin/python
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-data run test check bench drill docs stop browser lint

help: ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.ready: pyproject.toml tools/setup.sh
	PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV)
	@touch $@

setup: $(VENV)/.ready ## install what is missing: .venv, and system packages when allowed

demo: setup ## demo district with everything running on 127.0.0.1 (PORT=8000 SIZE=small|full)
	DEMO=1 PORT=$(PORT) SIZE=$(SIZE) $(RUN) -m veterans_portal.demo

demo-data: setup ## load the demo data without serving
	DEMO=1 $(RUN) manage.py migrate -v0
	DEMO=1 $(RUN) manage.py load_demo --size $(SIZE)

run: setup ## serve against DATABASE_URL (see .env.example)
	$(RUN) manage.py migrate -v0
	$(RUN) manage.py collectstatic --noinput -v0
	$(VENV)/bin/gunicorn veterans_portal.wsgi -w $(WORKERS) -b 127.0.0.1:$(PORT) & \
	$(RUN) manage.py db_worker --no-reload; wait

test: setup ## all tests, on two cores
	$(RUN) -m pytest -n $(WORKERS) -q

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint templates --lint --quiet

check: lint ## what CI runs, and the linters
	$(RUN) manage.py makemigrations --check --dry-run -v0
	$(RUN) manage.py check --database default
	$(MAKE) test

drill: setup ## deep profile: more examples, more kills, full sizes
	DRILL=1 $(RUN) -m pytest -n $(WORKERS) -q

bench: setup ## speed against the peer and the floor
	$(RUN) -m benchmarks

docs: setup ## generated pages of docs/
	$(RUN) manage.py write_docs

stop: ## stop the embedded database
	$(RUN) manage.py stop_database
