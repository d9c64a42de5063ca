"""Whether there is more than one population, and what speaks for it."""
