"""The vocabulary: errors, findings, locations, secrets as values, plans, the project and its configuration."""
