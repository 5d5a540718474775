"""store: memory without decisions."""
