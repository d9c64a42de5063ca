"""Every file that one stage hands to another, relative to the repository's root.

The same names stand in `dvc.yaml`; a test holds the two against each other.
"""

from pathlib import Path

PARAMS = Path("params.yaml")
PLAYBOOK = Path("playbook.yaml")
DVC_LOCK = Path("dvc.lock")
REPORTS = Path("reports")

SAMPLE = Path("data/raw/customers.csv")

PREPARED = Path("data/prepared/customers.parquet")
REJECTED = Path("data/prepared/rejected.parquet")
QUALITY = Path("reports/prepare/quality.json")

EXPLORE = Path("reports/explore")
EXPLORE_SUMMARY = EXPLORE / "summary.json"

MATRIX = Path("data/features/matrix.parquet")
FEATURES_MODEL = Path("models/features.skops")
FEATURES = Path("reports/featurize/features.json")

CURVE = Path("reports/select_k/curve.csv")
CHOICE = Path("reports/select_k/choice.json")
ELBOW_PLOT = Path("reports/select_k/elbow.png")
CRITERIA_PLOT = Path("reports/select_k/criteria.png")
SILHOUETTE_PLOT = Path("reports/select_k/silhouette.png")

REFERENCE = Path("data/reference/segments.json")
REFERENCE_ASSIGNMENTS = Path("data/reference/assignments.parquet")

MODEL = Path("models/segmenter.skops")
ASSIGNMENTS = Path("data/segments/assignments.parquet")
CLUSTERING = Path("reports/train/clustering.json")

ALGORITHM_PLOT = Path("reports/evaluate/algorithm.png")
STABILITY_PLOT = Path("reports/evaluate/stability.png")
DETAILS = Path("reports/evaluate/details.json")
METRICS = Path("reports/evaluate/metrics.json")
PCA = Path("reports/evaluate/pca.json")
PCA_POINTS = Path("reports/evaluate/pca_points.csv")
PCA_PLOT = Path("reports/evaluate/pca.png")
SILHOUETTE_SAMPLES_PLOT = Path("reports/evaluate/silhouette_samples.png")

SEGMENTS = Path("reports/profile/segments.json")
SEGMENTS_MD = Path("reports/profile/segments.md")
PROFILE_PLOT = Path("reports/profile/profile.png")
BOXPLOTS_PLOT = Path("reports/profile/boxplots.png")
CATEGORIES_PLOT = Path("reports/profile/categories.png")
SIZES_PLOT = Path("reports/profile/sizes.png")
REPORT = Path("reports/report.html")
CUSTOMERS = Path("data/segments/customers_with_segments.csv")

TRACKED = Path("reports/track/state.json")

REVIEW = Path("reports/review.md")  # written by `segmentation review`, not by a stage
