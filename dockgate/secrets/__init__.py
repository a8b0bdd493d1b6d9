"""Secrets: the age store, generation, rotation, files at run time, fingerprints."""
