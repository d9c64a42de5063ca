"""Customers as stages hand them on: part after part, a column at a time, or a sample."""
