"""One-way fingerprints of secrets: made from a store, matched without one."""
