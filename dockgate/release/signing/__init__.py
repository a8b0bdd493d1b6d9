"""Signatures of releases: made with the project's key, verified with nothing but its public half."""
