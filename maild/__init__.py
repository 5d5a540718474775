"""maild: the help desk that lives in the mail system."""

__version__ = "0.1.0"
