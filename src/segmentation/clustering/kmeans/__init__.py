"""k-means for a whole range of k, on plain arrays."""
