"""How many clusters: criteria for every k, the choice, and its reasons."""
