"""Measurements of this repository: `nox -s bench`."""
