"""A few files of each kind, the same every time; `fuzz.py` tries them for as long as you like."""

import pytest

import fuzz


@pytest.mark.slow
@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_any_file_is_read_right_or_refused_in_one_line(target: str) -> None:
    fuzz.tried(target, number=1, examples=20)


def test_a_line_break_in_a_cell_is_kept_where_a_block_ends_in_it() -> None:
    rows = [f'{i},"{i}\n,\r,\n{i}",{i},Ulm' for i in range(400)]  # beyond the head
    file = fuzz.Customers(
        "\n".join([fuzz.HEADER, *rows, ""]).encode(),
        packed="",
        data={
            "path": "shop.csv", "id": "id", "value": "spend",
            "numeric": {"age": None, "spend": None}, "categorical": {"town": None},
        },
        rules={},
        block=1,
        prepared=False,
    )  # fmt: skip
    with fuzz.elsewhere():
        fuzz.check_customers(file)
