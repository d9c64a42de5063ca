"""What stages hand on: a model for each JSON, which says what it holds and where it lies.

`files` writes the same content as the same bytes, and `models` does so for scikit-learn's.

`artifacts.read(Metrics)` and `artifacts.write(metrics)` are the workspace's;
`Snapshot.artifact(Metrics)` is that of any revision.
"""

from segmentation.artifacts.store import read, write

__all__ = ["read", "write"]
