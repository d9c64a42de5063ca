"""Segments put to work: customers scored, the model as SQL, questions, who moved, effects."""
