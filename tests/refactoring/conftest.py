"""Refactorings are tested on notebooks that are really run."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
