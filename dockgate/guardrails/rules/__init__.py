"""One module a rule; `dockgate.guardrails.registry` finds them here."""
