# Every task is one of scripts/dev.py, which also works where there is no make:
#     python3 scripts/dev.py help
# Arguments go in ARGS: make test ARGS="-k flags"
PYTHON ?= python3
TASKS = demo test test-all check fix bench lock help

.DEFAULT_GOAL = help
.PHONY: $(TASKS)
$(TASKS):
	@$(PYTHON) scripts/dev.py $@ $(ARGS)
