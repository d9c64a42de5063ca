"""Whatever touches every row: reading, cleaning, features, fitting, assigning, aggregating."""
