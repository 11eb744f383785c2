"""Products that are newer than the model, in live lists."""
