"""How a release is made: steps, journal, preconditions, rehearsal."""
