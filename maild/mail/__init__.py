"""mail: bytes to words and words to bytes.  Pure; hostile input never raises."""
