"""What the similarity of a segment between draws means.

References
----------
Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data
Analysis 52(1), 258-271; thresholds as in the documentation of ``clusterboot`` (R package fpc).
"""

DOUBTFUL, VALID, HIGHLY_STABLE = 0.60, 0.75, 0.85

BANDS = ((DOUBTFUL, "doubtful"), (VALID, "valid"), (HIGHLY_STABLE, "highly stable"))
"""Where each verdict begins; below the first a segment is not to be trusted."""


def in_words(jaccard: float) -> str:
    """Return what a mean Jaccard similarity means.

    Examples
    --------
    >>> [in_words(j) for j in (0.9, 0.8, 0.7, 0.5)]
    ['highly stable', 'valid', 'doubtful', 'not to be trusted']
    """
    reached = [words for least, words in BANDS if jaccard >= least]
    return reached[-1] if reached else "not to be trusted"
