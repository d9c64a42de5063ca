"""What a partition is worth, and how far two of them agree."""
