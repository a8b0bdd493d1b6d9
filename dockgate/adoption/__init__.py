"""Adopting a repository that has Compose files: what is there, and the configuration that follows from it."""
