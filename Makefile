# Everything one does with this repository. `make` alone lists it.

PYTHON_IN_VENV := .venv/bin/python
OWN_CODE := manage.py neurons_admin people connectors credentials
TEMPLATES = $(shell find templates -name '*.html')
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE)

# For the checks: settings as in production, and a database that nobody asks.
IN_PRODUCTION := env -u DEBUG -u ENV_FILE -u DEMO_TENANT DJANGO_SETTINGS_MODULE=neurons_admin.settings \
	SECRET_KEY=an-example-that-is-long-enough-and-never-used-0123456789-abcdef \
	CREDENTIAL_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
	AUDIT_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
	ALLOWED_HOSTS=admin.example.com DATABASE_URL=postgresql://nobody@127.0.0.1:1/none

RULES := .venv/rules/bin/semgrep scan --metrics off --disable-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test test-faults chaos attack check fmt bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/installed-run ## start the product with a demo tenant; PORT=8000, DEBUG=1 reloads changed code
	@exec $(PYTHON_IN_VENV) -m neurons_admin.local run

test: .venv/installed-dev ## run the tests, the browser's too; ARGS="-k word" chooses
	@tests/browser/install.sh
	$(PYTHON_IN_VENV) -m pytest -n 2 --dist loadscope $(ARGS)

test-faults: .venv/installed-dev ## run the fault tests that take long: processes and servers die and freeze
	@tests/faults/install.sh
	$(PYTHON_IN_VENV) -m pytest -m faults -n 3 --dist worksteal -rs $(ARGS)

chaos: .venv/installed-dev ## 500 runs while everything fails at random, and a count; ARGS="--seed 7 --runs 500"
	$(PYTHON_IN_VENV) -m tests.chaos $(ARGS)

attack: .venv/installed-dev ## attack the running product in every way we know, and count what got through
	$(PYTHON_IN_VENV) -m tests.attack $(ARGS)

check: .venv/installed-dev .venv/installed-rules ## style, types, import contracts, bad habits, migrations, deployment settings
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/djade --check --target-version 5.2 $(TEMPLATES)
	$(IN_PRODUCTION) $(PYTHON_IN_VENV) -m mypy $(OWN_CODE)
	.venv/bin/lint-imports
	$(PYTHON_IN_VENV) -m tests.rules.secrets
	.venv/bin/bandit --quiet --recursive --configfile pyproject.toml $(OWN_CODE)
	$(RULES) --test tests/rules
	$(RULES) --config tests/rules/product.yml --error $(OWN_CODE) templates
	$(IN_PRODUCTION) $(PYTHON_IN_VENV) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(IN_PRODUCTION) $(PYTHON_IN_VENV) manage.py check --deploy --fail-level WARNING

fmt: .venv/installed-dev ## put code and templates into shape
	.venv/bin/ruff check --fix
	.venv/bin/ruff format
	.venv/bin/djade --target-version 5.2 $(TEMPLATES)

bench: .venv/installed-dev ## measure what the product promises
	$(PYTHON_IN_VENV) -m tests.bench $(ARGS)

lock: .venv/installed-dev ## pin the requirements anew; UPGRADE=--upgrade takes newer versions
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-local.in -o requirements-local.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) requirements-rules.in -o requirements-rules.txt

clean: ## stop everything; remove .venv, var/ (the demo's data too) and caches
	-@test ! -x $(PYTHON_IN_VENV) || $(PYTHON_IN_VENV) -m neurons_admin.local clean
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment whose Python is gone (upgraded, removed) is made anew.
ifneq ($(shell $(PYTHON_IN_VENV) -c 'print(1)' 2>/dev/null),1)
.PHONY: .venv/installed-run .venv/installed-dev .venv/installed-rules
endif

.venv/installed-run: requirements.txt requirements-local.txt
	@neurons_admin/local/install.sh $^
	@touch $@

.venv/installed-rules: requirements-rules.txt
	@VENV=.venv/rules neurons_admin/local/install.sh $^
	@touch $@

.venv/installed-dev: requirements.txt requirements-local.txt requirements-dev.txt
	@neurons_admin/local/install.sh $^
	@touch $@ .venv/installed-run
