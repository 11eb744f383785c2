"""How good the lists are: metrics, baselines, intervals and slices, measured on purchases after a cut."""
