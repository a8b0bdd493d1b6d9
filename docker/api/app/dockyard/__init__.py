"""Dockyard: accounts, second factor, roles and background jobs; what the stack of this repository protects."""
