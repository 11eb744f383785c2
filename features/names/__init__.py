"""Names: what customers are called, kept sealed, and shown only where they are fit to be."""
