"""Candidates, ranker, evaluation, tracking and the life of a model."""
