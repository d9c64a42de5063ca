"""What changes between two states: who moved, how the data drift. Tables in, figures out."""
