"""Tables of customers are read whole in few places, each for a reason."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "segmentation"

WHOLE = {"read_parquet", "as_parquet", "read_table"}
ALLOWED = {
    "artifacts/files.py": "defines it",
    "artifacts/reference.py": "who was where in the reference: an id and a number each",
    "review/side.py": "two revisions beside each other, by customer",
    "repository/snapshot.py": "defines it for a table of another revision",
    "stages/clv.py": "a row for each purchaser; its model is fitted in memory",
    "engines/local.py": "DuckDB's own, which reads nothing yet",
}


def whole_reads(path: Path) -> list[int]:
    """Lines that name a function which reads a table as a whole."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in WHOLE)
        or (isinstance(node, ast.Name) and node.id in WHOLE)
        or (isinstance(node, ast.FunctionDef) and node.name in WHOLE)
    ]


@pytest.mark.slow
def test_tables_are_read_whole_where_it_is_said() -> None:
    found = {
        path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if whole_reads(path)
    }
    assert found == set(ALLOWED)
