"""Encrypted secrets: the age store, generation, rotation, files at run time, providers."""
