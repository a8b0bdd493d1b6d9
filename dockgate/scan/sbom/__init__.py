"""Bills of materials: what an image is made of, in the field's two formats, the same bytes for the same digest."""
