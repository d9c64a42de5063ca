"""Every file that one stage hands to another, relative to the repository's root.

The same names stand in `dvc.yaml`; a test holds the two against each other.
"""

from pathlib import Path

PARAMS = Path("params.yaml")
PLAYBOOK = Path("playbook.yaml")
DVC_LOCK = Path("dvc.lock")
REPORTS = Path("reports")

SAMPLE = Path("data/raw/customers.csv")

# The stages for purchases, in purchases/dvc.yaml, write these.
PURCHASERS = Path("data/purchases/customers.csv")
PURCHASE_DAYS = Path("data/purchases/days.parquet")
LEFT_OUT = Path("data/purchases/left_out.parquet")
CUSTOMERS_VALUE = Path("data/purchases/customers_with_value.csv")
PURCHASE_LINES = Path("reports/purchases/lines.json")
LIFETIME = Path("reports/purchases/lifetime.json")

CONTRACT = Path("data/contract.json")  # written by `segmentation init`, not by a stage
DIFFERENCES = Path("reports/differences.md")  # of a file from the contract, if there are any

PREPARED = Path("data/prepared/customers.parquet")
REJECTED = Path("data/prepared/rejected.parquet")
QUALITY = Path("reports/prepare/quality.json")

SUMMARY = Path("reports/explore/summary.json")

MATRIX = Path("data/features/matrix.parquet")
FEATURES_MODEL = Path("models/features.skops")
FEATURES = Path("reports/featurize/features.json")

CURVE = Path("reports/select_k/curve.csv")
CHOICE = Path("reports/select_k/choice.json")

REFERENCE = Path("data/reference/segments.json")
REFERENCE_ASSIGNMENTS = Path("data/reference/assignments.parquet")

MODEL = Path("models/segmenter.skops")
ASSIGNMENTS = Path("data/segments/assignments.parquet")
CLUSTERING = Path("reports/train/clustering.json")
BASELINE = Path("reports/train/baseline.json")

DETAILS = Path("reports/evaluate/details.json")
METRICS = Path("reports/evaluate/metrics.json")
PCA = Path("reports/evaluate/pca.json")
PCA_POINTS = Path("reports/evaluate/pca_points.csv")
# Beside the points, row by row, and with people's data: it says roughly what they are.
MARKS = Path("data/segments/marks.csv")
SILHOUETTES = Path("reports/evaluate/silhouettes.csv")

SEGMENTS = Path("reports/profile/segments.json")
CUSTOMERS = Path("data/segments/customers_with_segments.csv")

# The stage `report` draws these. Each lies beside the numbers that it shows.
DISTRIBUTIONS_PLOT = Path("reports/explore/distributions.png")
CORRELATION_PLOT = Path("reports/explore/correlation.png")
CATEGORIES_PLOT = Path("reports/explore/categories.png")
BY_CATEGORY_PLOT = Path("reports/explore/by_category.png")
MISSING_PLOT = Path("reports/explore/missing.png")
ELBOW_PLOT = Path("reports/select_k/elbow.png")
CRITERIA_PLOT = Path("reports/select_k/criteria.png")
SILHOUETTE_PLOT = Path("reports/select_k/silhouette.png")
ALGORITHM_PLOT = Path("reports/evaluate/algorithm.png")
STABILITY_PLOT = Path("reports/evaluate/stability.png")
PCA_PLOT = Path("reports/evaluate/pca.png")
SILHOUETTE_SAMPLES_PLOT = Path("reports/evaluate/silhouette_samples.png")
PROFILE_PLOT = Path("reports/profile/profile.png")
BOXPLOTS_PLOT = Path("reports/profile/boxplots.png")
SEGMENT_CATEGORIES_PLOT = Path("reports/profile/categories.png")
SIZES_PLOT = Path("reports/profile/sizes.png")
SEGMENTS_MD = Path("reports/profile/segments.md")
REPORT = Path("reports/report.html")

TRACKED = Path("reports/track/state.json")

REVIEW = Path("reports/review.md")  # written by `segmentation review`, not by a stage
MONTHS = Path("reports/months")  # by `segmentation months`, a folder of tables
