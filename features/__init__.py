"""The customer: who they are, what they bought, what they like. Imports no other room."""

import os

# Waiting OpenMP threads spin by default and starve whatever shares the cores: LightGBM is 14 times slower beside one
# busy process. libgomp reads this once, when it loads, so it stands in the package that every room imports first.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
