"""What several tests share."""

import sys
from pathlib import Path

# Test modules are imported by path; what they share is found here.
sys.path.append(str(Path(__file__).parent))
