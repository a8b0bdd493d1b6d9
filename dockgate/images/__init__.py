"""Images: Dockerfiles, inputs, the base, builds, budgets, reading what is in one."""
