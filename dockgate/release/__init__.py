"""Releases: one set of digests, built once, verified, signed, promoted and rolled back."""
