"""`params.yaml` as typed settings, a module a stage: the only place with defaults."""
