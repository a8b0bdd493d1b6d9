"""Dockgate keeps production out of development, and development out of production."""
