"""Releases: one set of digests, built once, proven, signed, promoted by digest and rolled back."""
