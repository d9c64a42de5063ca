"""The pipeline's stages: each reads files, calls the rooms that do the work, and writes files."""
