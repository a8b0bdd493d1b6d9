"""bootstrap, run on machines made of stand-ins."""
