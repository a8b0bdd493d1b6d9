"""Docker Compose: argument lists, the resolved model, the overlay, labels, where each setting is written."""
