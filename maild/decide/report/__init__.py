"""report: a period's figures, folded from the events of cases.

tale.py          a case's events as what a report asks of it
definitions.py   what each figure means, in one place
month.py         figures(stories, wanted, policy) -> Report

Pure: the events come as a stream, and of a case nothing is kept but numbers.
"""
