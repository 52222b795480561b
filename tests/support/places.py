"""Where things of the repository are that several tests use."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
NOTEBOOKS = TESTS / "notebooks"
CHURN = NOTEBOOKS / "churn" / "churn.ipynb"
MESSY = TESTS / "extension" / "messy"  # a notebook like many
