"""States of the pipeline as MLflow runs. The only package that imports mlflow."""
