# make demo    a help desk on this machine's loopback, to play with       make test    everything, with real parts
# make lint    style and types      make bench   measures      make storm   a bad day: 200 kills      make golden  rewrites expected letters
# make clean-root   the README's installation on a new Debian
# make man     writes man/ again, after a change of a command
# make bench-search   how long a search takes among a million messages (a quarter of an hour, 3 GB of disk)
# make bench-replay  how many stored mails a second maild replay judges
# make bench-crowd    how mail is taken beside 2 500 clients that only take places (a minute)
# make bench-years  what a million cases cost, and how soon a killed daemon with 100 000 letters waiting is back (half an hour, 20 GB)
# make bench-clocks a hundred thousand open cases with promises: looking at them anew, and a tick (some minutes)
# make bench-report   a month's figures among a million events: time and memory (two minutes)
# make bench-rules   how long a thousand rules take to load, and a mail's verdict (half a minute)
# make storm ARGS="--postgres --kills 60 --mails 3000 --seed 7"   the same on a PostgreSQL; --only kill,door makes a part of it
# make storm-imap   kills the IMAP server 100 times and makes the mailbox anew 5 times
# make storm-points   kills it at each system call of a case's life (half an hour)     make storm-power   cuts the power of its disk
# make storm-mutations   plants twelve bugs that lose mail, and wants each found
# make storm-forged  10 000 mails in others' names: few letters leave, and none with the forger's words
# make programs   what twelve mail programs make of every command, in four languages, as a table (a few minutes)
# make fuzz ARGS="--minutes 10"   mail that nobody would write, against the promises of reading
# make hours   opening hours, and when promises are due, against the clock on the wall: 10 000 of each (some ten minutes)
# make test ARGS="tests/mail -k own"   only some of it     JOBS=2   with so many workers

SHELL = /bin/sh
PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
APT = DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120
# Root works directly, others by sudo if it asks for no password; else the target says which packages are missing.
ROOT = $(shell if [ "$$(id -u)" = 0 ]; then echo env; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then echo sudo env; fi)
# dash's test(1) knows -nt; a folder's own date changes with its content, so stamps tell what was installed.
.PHONY: demo test lint bench bench-search bench-rules bench-crowd bench-years bench-replay bench-clocks bench-report storm storm-imap programs hours fuzz golden man clean-root clean

demo: .stamp-run
	$(BIN)/maild demo

# Many tests wait (for a daemon, a disk): two workers more than processors.  Compiled tests are kept, whatever the shell says.
JOBS ?= $(shell echo $$(($$(nproc) + 2)))
test: .stamp-packages .stamp-dev
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

lint: .stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m bench.bench $(ARGS)

bench-search: .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m bench.search $(ARGS)

bench-rules bench-crowd bench-years bench-replay bench-clocks bench-report: .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m bench.$(@:bench-%=%) $(ARGS)

storm: .stamp-packages .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m storm.storm $(ARGS)

storm-imap: .stamp-packages .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m storm.imap_storm $(ARGS)

# The storm's other forms: tests/storm/points.py and so on.
.PHONY: storm-forged storm-points storm-power storm-mutations
storm-forged storm-points storm-power storm-mutations: .stamp-packages .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m storm.$(@:storm-%=%) $(ARGS)

hours: .stamp-dev
	MAILD_EXAMPLES=10000 $(BIN)/python -m pytest tests/model/test_calendar.py tests/decide/test_clocks_by_minute.py --timeout 3000

programs: .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m corpus.commands

fuzz: .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m fuzz.fuzz $(ARGS)

golden: .stamp-dev
	MAILD_GOLDEN=write $(BIN)/python -m pytest tests -k golden $(ARGS)

# maild installed as the README says, on a Debian made for it; wants root and debootstrap.
clean-root: .stamp-dev
	PYTHONPATH=tests $(BIN)/python -m clean_root.clean_root $(ARGS)

# The manual, made of what the commands say of themselves.
man: .stamp-dev
	MAILD_GOLDEN=write $(BIN)/python -m pytest tests/cli/test_manual.py tests/policy/test_schemas.py -k golden $(ARGS)

clean:
	rm -rf .stamp-* build dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Debian's python3 comes without ensurepip: python3-venv brings it.
$(BIN)/python:
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  if [ -z "$(ROOT)" ]; then echo "maild needs Python 3.11 or newer with venv: sudo apt-get install python3-venv" >&2; exit 1; fi; \
	  $(ROOT) $(APT) update && $(ROOT) $(APT) install --no-install-recommends python3-venv; }
	$(PYTHON) -m venv $(VENV)

.stamp-run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

.stamp-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@ .stamp-run

# Nothing is started and nothing asks: Postfix is preseeded with "No configuration", and a policy-rc.d forbids daemons meanwhile.
.stamp-packages: tests/apt-packages.txt tests/apt-install
	@sh tests/apt-install $(ROOT)
	@touch $@
