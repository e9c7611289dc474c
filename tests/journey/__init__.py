"""The main journey, played for real: `python -m tests.journey`."""
