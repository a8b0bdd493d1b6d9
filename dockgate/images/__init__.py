"""Images: the base, what is built on it, what it weighs, and the linter of its Dockerfiles."""
