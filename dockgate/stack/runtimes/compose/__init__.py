"""Docker Compose on one engine: Compose creates and removes, Dockgate starts in dependency order."""
