"""The edge to this machine: processes, git, files, caches, folders on RAM, locks, the audit log."""
