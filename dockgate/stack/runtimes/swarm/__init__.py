"""Docker Swarm: one stack on the nodes of a swarm, through the Engine API of a manager."""
