"""What several tests share."""

import sys
from pathlib import Path

# Test modules are imported by path; what they share is found here.
sys.path.append(str(Path(__file__).parent))

collect_ignore = ["golden"]  # the tests of generated projects, which run there


def pytest_addoption(parser):
    """Add what the golden projects need."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")
