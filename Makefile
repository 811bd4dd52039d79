# make run starts the whole site; make test and make check verify it. Each does its own set-up.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check bench mutants screenshots clean

VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Install $(2), unless the files $(1) are the same as at the last installation. A copy of them in the
# virtual environment is compared, because checkouts change modification times.
define install
	@$(venv)
	@if ! { cat $(1); $(PY) --version; } | cmp -s - $(VENV)/.installed-$(2); then \
		echo "Installing $(2) into $(VENV) (the first time this takes a few minutes) …"; \
		$(PY) -m pip install -r $(2) || exit 1; \
		{ cat $(1); $(PY) --version; } > $(VENV)/.installed-$(2); \
		echo "Set-up is done."; \
	fi
endef

# Create the virtual environment with the first Python that is new enough.
define venv
if ! $(PY) -c pass 2>/dev/null; then \
	for python in $(PYTHON) python3.11 python3.12 python3.13 python3 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			found=$$python; break; \
		fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Python 3.11 or newer is needed and was not found. Install it, or pass it: make setup PYTHON=/path/to/python" >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found cannot create virtual environments. Install its venv package (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; \
	fi; \
	rm -rf $(VENV) && $$found -m venv $(VENV) || exit 1; \
fi
endef

# Lint static/js with eslint, which npm installs into node_modules. Without npm, linting is skipped,
# or fails with REQUIRE_NPM=1 (.ci/run).
define lint_scripts
if ! command -v npm > /dev/null; then \
	if [ "$(REQUIRE_NPM)" = 1 ]; then \
		echo "npm is needed to check static/js and was not found. Install Node.js 18 or newer." >&2; exit 1; \
	fi; \
	echo "npm was not found: static/js is not checked."; \
else \
	if ! cmp -s package-lock.json node_modules/.installed; then \
		npm ci && cp package-lock.json node_modules/.installed || exit 1; \
	fi; \
	npm run --silent lint; \
fi
endef

help:
	@echo "make setup        install everything into $(VENV)"
	@echo "make run          run the site on http://127.0.0.1:8000/ (PORT=9000 make run for another port)"
	@echo "make test         run the tests (REQUIRE_BROWSER=1 makes a missing Chromium a failure)"
	@echo "make check        format, lint, types, migrations, import rules"
	@echo "make bench        measure"
	@echo "make mutants      change the code slightly and check that tests fail (MODULE=gallery/search/ranking.py)"
	@echo "make screenshots  take the screenshots of the README"
	@echo "make clean        remove caches; data in var/ and $(VENV) stay"

setup:
	$(call install,requirements.txt constraints.txt,requirements.txt)

setup-dev:
	$(call install,requirements.txt requirements-dev.txt constraints.txt,requirements-dev.txt)
	@{ cat requirements.txt constraints.txt; $(PY) --version; } > $(VENV)/.installed-requirements.txt

run: setup
	@exec $(PY) manage.py run_site --with-parent

test: setup-dev
	$(PY) -m pytest $(or $(ARGS),-n auto --dist loadfile)

check: setup-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PY) -m pytest tests/test_architecture.py tests/test_names.py
	@$(lint_scripts)

bench: setup-dev
	@for file in benchmarks/*.py; do \
		case $$file in */_*) continue ;; esac; \
		module=$${file%.py}; echo "== $$file"; \
		$(PY) -m $$(echo $$module | tr / .) || exit 1; \
	done

mutants: setup-dev
	$(PY) -m tests.mutants $(MODULE) $(ARGS)

screenshots: setup-dev
	$(PY) -m tests.screenshots

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
