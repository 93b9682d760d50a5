"""`python -m ehrcoder`."""

import sys

from ehrcoder.cli.main import main

sys.exit(main())
