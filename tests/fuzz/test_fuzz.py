"""A few files of each kind, the same every time; `fuzz.py` tries them for as long as you like."""

import pytest

import fuzz


@pytest.mark.slow
@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_any_file_is_read_right_or_refused_in_one_line(target: str) -> None:
    fuzz.tried(target, number=1, examples=20)
