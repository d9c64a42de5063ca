"""Keeps what tests run from asking for other machines."""
