"""model: the words of the house.  Frozen values only; imports nothing of maild but errors."""
