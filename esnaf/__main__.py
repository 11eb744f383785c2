"""`python -m esnaf` is the command `esnaf`."""

import sys

from esnaf.cli import main

sys.exit(main())
