"""The Docker Engine API: a protocol, its clients, typed containers."""
