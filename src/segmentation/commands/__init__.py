"""What the command line does: one module a command that is more than a few lines."""

# Here, where the command line and the dashboard find it without loading what promotes.
MARGIN = 0.05
"""How far a run's stability and silhouette may be below the champion's."""
