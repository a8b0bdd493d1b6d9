"""How many changes of the package the unit tests notice: `nox -s mutants`."""
