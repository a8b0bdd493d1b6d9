"""What points at a release: promotion, rollback, retention."""
