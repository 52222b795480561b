"""`python -m nb2prod` is the same as `nb2prod`."""

import sys

from nb2prod.cli.main import main

sys.exit(main())
