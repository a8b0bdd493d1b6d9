"""One module a rule; `dockgate.guardrails.registry` lists them."""
