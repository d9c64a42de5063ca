"""What a change moved: two revisions of the pipeline side by side, without running it again."""
