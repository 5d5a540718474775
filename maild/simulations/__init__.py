"""simulations: a mailbox played through rules, clocks and rota, with a clock that runs as fast as one likes; nothing is kept.

play.Play(...)    the mails of an archive in order of time, on a theatre (theatre.py: a stage whose cases wake, and whose handlers answer
                  as they did, or as one says); tally.py counts what happened
"""
