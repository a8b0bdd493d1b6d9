"""The edge to this machine: processes, git, files, folders on RAM, locks, the audit log."""
