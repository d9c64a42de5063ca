"""Customer segmentation: a DVC pipeline from a table of customers to segments tracked in MLflow."""

__version__ = "0.1.0"
