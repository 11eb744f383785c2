"""Forgetting: those who were erased, taken out of the models and reports that a workspace keeps."""
