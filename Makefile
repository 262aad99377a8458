# Every target does its own set-up. README.md says what they give.
PYTHON ?= python3
export CRM_STARTED := $(shell date +%s.%N)
PREPARE = @$(PYTHON) -m config.bootstrap
BIN = .venv/bin

.PHONY: run test check format faults bench screenshots stop requirements messages

run:
	$(PREPARE) runtime frontend pdf
	@exec $(BIN)/python -m config.run

test:
	$(PREPARE) development frontend browser pdf
	@$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n 2)

faults:
	$(PREPARE) development frontend
	@$(BIN)/python -m pytest -m long $(ARGS)

bench:
	$(PREPARE) development
	@$(BIN)/python -m config.services.within var/bench $(BIN)/python -m bench $(ARGS)

screenshots:
	$(PREPARE) development frontend browser
	@$(BIN)/python -m config.screenshots $(ARGS)

check:
	$(PREPARE) development frontend
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m config.check

format:
	$(PREPARE) development
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

messages:
	$(PREPARE) development
	@$(BIN)/python -m config.messages update

requirements:
	$(PREPARE) development
	@$(BIN)/python -m config.requirements $(ARGS)

stop:
	@$(PYTHON) -m config.services.stop
