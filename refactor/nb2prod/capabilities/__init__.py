"""What a generated project can have besides its pipeline."""
