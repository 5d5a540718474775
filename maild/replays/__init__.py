"""replays: stored mail through another policy, without a trace of it in the database.

run.replay(...)    mails in order; each is read in a process of its own (reading.py) and judged one after the other on a stage (stage.py),
                   a scratch database in memory that knows what the daemon knew (store/past.py); answers.py compares
"""
