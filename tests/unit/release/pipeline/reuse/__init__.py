"""Images that did not change between two releases."""
