"""From lines of purchases to a row a customer: SQL over DuckDB's relations, files at the edges."""
