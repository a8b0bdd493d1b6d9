"""Bills of materials: what an image is made of, as CycloneDX, the same bytes for the same digest."""
