"""What is handed on in one way takes no word of another."""

import pytest
from typer.testing import CliRunner

from segmentation.cli import app


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("--star star -o out.csv", "-o is for --sql and --changes, not for --star"),
        ("--onnx it.onnx -o out.onnx", "-o is for --sql and --changes, not for --onnx"),
        ("--star star --model champion", "--model is for --sql and --onnx, not for --star"),
        ("--sql duckdb --holdout 0.1", "--holdout is for --changes, not for --sql"),
        ("--changes last -o a.csv --table x", "--table is for --sql, not for --changes"),
        ("--sql duckdb --star star", "export takes one of"),
    ],
)
def test_what_would_be_ignored_is_refused(words: str, why: str) -> None:
    done = CliRunner().invoke(app, ["export", *words.split()])
    assert why in str(done.exception)
