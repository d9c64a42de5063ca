"""The project as git and DVC keep it: its commits, `dvc.lock`, and a snapshot of any state."""
