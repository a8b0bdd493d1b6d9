"""What repositories of others get: `python -m bench.adoption`."""
