"""Choosing k, algorithms, silhouettes, matching: arrays in, arrays out."""
