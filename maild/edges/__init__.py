"""edges: async doors without decisions."""
