"""Send a served model 200 requests that are wrong, and the Score page 50 files that are.

    mlflow models serve -m models:/customer-segmentation@champion --env-manager local -p 5001 &
    python benchmarks/malformed.py http://127.0.0.1:5001

Each must be refused in words: a 4xx without a traceback, or one line on the page. In the end the
server must still answer. Run it in a repository with a finished run.
"""

import argparse
import io
import json
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any, NamedTuple

import pandas as pd

from segmentation.commands.load import WORKSPACE, Chosen, choose
from segmentation.dashboard import uploads
from segmentation.errors import InputError

JSON = "application/json"


class Request(NamedTuple):
    """What is sent."""

    body: bytes
    kind: str | None = JSON
    method: str = "POST"
    path: str = "/invocations"


def requests(chosen: Chosen) -> Iterator[Request]:
    """Make what no server of this model can answer."""
    row = customer(chosen)
    numbers, names = list(chosen.data.numeric), list(row)
    good = json.dumps({"dataframe_records": [row]})
    for name in names:
        rest = {key: cell for key, cell in row.items() if key != name}
        yield records(rest)
        yield records({**rest, f"{name}_": row[name]})
        yield split([*names, name], [[*row.values(), row[name]]])
        yield split(names, [[*row.values(), 1]])
        for cell in ([1], {"a": 1}, [[]]):
            yield records({**row, name: cell})
    for name in numbers:
        for cell in ("many", True, 1e300, "Infinity", "1;2", "1e999", "0x1F"):
            yield records({**row, name: cell})
        yield sent(good.replace(json.dumps(row[name]), "Infinity", 1))
        yield sent(good.replace(json.dumps(row[name]), "9" * 500, 1))
    for end in range(1, len(good), len(good) // 20):
        yield sent(good[:end])
    for text in (
        "", " ", "nonsense", "[]", "1", "null", "true", '"text"', "{}", "[1, 2]", "{'a': 1}",
        "[" * 100_000, '{"a":' * 50_000, '{"dataframe_records"}', good + good, good + "]", "\x00",
    ):  # fmt: skip
        yield sent(text)
    for body in (
        {"rows": [row]}, {"dataframe_records": [row], "inputs": [row]}, {"dataframe_records": row},
        {"dataframe_records": []}, {"dataframe_records": [[]]}, {"dataframe_records": None},
        {"dataframe_records": "text"}, {"dataframe_records": 7}, {"dataframe_records": [1, 2]},
        {"dataframe_records": [None]}, {"dataframe_records": [row, 3]}, {"dataframe_records": [{}]},
        {"dataframe_records": [list(row.values())]}, {"dataframe_records": {"a": row}},
        {"dataframe_split": []}, {"dataframe_split": {}}, {"dataframe_split": {"columns": names}},
        {"dataframe_split": {"data": []}}, {"dataframe_split": {"columns": names, "data": []}},
        {"dataframe_split": {"columns": names, "data": 3}}, {"dataframe_split": "text"},
        {"dataframe_split": {"columns": names, "data": [[]]}}, {"dataframe_split": None},
        {"dataframe_split": {"columns": 3, "data": [list(row.values())]}},
        {"dataframe_split": {"columns": [names], "data": [list(row.values())]}},
        {"dataframe_split": {"columns": names, "data": [list(row.values())] * 2, "index": [1]}},
        {"dataframe_split": {"columns": names, "data": [list(row.values())], "more": 1}},
        {"dataframe_split": {"columns": [{}, *names[1:]], "data": [list(row.values())]}},
        {"dataframe_split": {"data": [list(row.values())]}},
        {"inputs": 3}, {"inputs": "text"}, {"inputs": []}, {"inputs": {}}, {"inputs": None},
        {"inputs": [[[1]]]}, {"instances": 3}, {"instances": []}, {"instances": [3]},
        {"instances": [row, 3]}, {"instances": None}, {"messages": [{"role": "a"}]},
        {"messages": 3}, {"input": "text"}, {"prompt": "text"},
    ):  # fmt: skip
        yield sent(json.dumps(body))
    body = good.encode()
    yield Request(body[:40] + b"\xff\xfe" + body[40:])
    yield Request(good.encode("utf-16")[:-1])
    yield Request(b" " * (21 << 20) + body)
    for kind in (
        None, "", "text/plain", "application/xml", "json", "application/json; charset=latin-1",
        "application/json; boundary=a", "multipart/form-data; boundary=a", ";;;", "text/csv; a=b",
        "image/png", "application/x-www-form-urlencoded",
    ):  # fmt: skip
        yield Request(body, kind)
    table = pd.DataFrame([row])
    for text in ("", "\n", ",".join(names), '"a\n', "a,b\n1,2\n", "\x00\x01", good):
        yield Request(text.encode(), "text/csv")
    yield Request(b"\xff\xfe\x00", "text/csv")
    yield Request(table.drop(columns=names[0]).to_csv(index=False).encode(), "text/csv")
    parquet = table.to_parquet()
    for content in (b"", b"PAR1", parquet[:-9], b"PAR1" + parquet[30:], b"no", good.encode()):
        yield Request(content, "application/vnd.apache.parquet")
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        yield Request(body, method=method)
    for path in ("/", "/invocation", "/invocations/../..", "/%00", "/predict?a=1"):
        yield Request(body, path=path)


def files(chosen: Chosen) -> Iterator[bytes]:
    """Make files that are no customers of this model."""
    row = customer(chosen)
    table = pd.DataFrame([{"id": i, **row} for i in range(30)])
    good = table.to_csv(index=False).encode()
    for name in row:
        yield table.drop(columns=name).to_csv(index=False).encode()
        yield table.rename(columns={name: f"{name}_"}).to_parquet()
    for name in chosen.data.numeric:
        yield table.assign(**{name: "many"}).to_csv(index=False).encode()
        yield table.assign(**{name: [[1]] * 30}).to_parquet()
    yield from (
        b"", b" \n\n", b"\x00" * 100, b"nonsense", b"a,b\n1,2\n", b"{}", b"[1]", b"<html></html>",
        b"%PDF-1.4", b"PK\x03\x04", b"\x89PNG\r\n", b"GIF89a", b"\xff\xd8\xff", b"MZ", b"\x7fELF",
        b"SQLite format 3\x00", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"PAR1", b"PAR1PAR1",
        b"ORC", b"Obj\x01", b"ARROW1\x00\x00", b"<?xml version='1.0'?><a/>", b"\xff\xfea\x00",
        good.splitlines()[0], good.replace(b",", b";"), good.decode().encode("utf-16"),
        good.replace(b"\n", b"\n<<<<<<< a\n", 1), b"\n".join(good.splitlines()[1:]),
        good + b"a" * (21 << 20), b"a\n" * 200_010, b'"' + good, table.to_parquet()[:-20],
        zipped(good),
    )  # fmt: skip


def zipped(content: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("customers.csv", content)
    return whole.getvalue()


def customer(chosen: Chosen) -> dict[str, Any]:
    """Make up a customer with a value of its own in each column."""
    row: dict[str, Any] = {name: 20.5 + i for i, name in enumerate(chosen.data.numeric_features)}
    return row | dict.fromkeys(chosen.data.categorical_features, "Other")


def sent(text: str) -> Request:
    return Request(text.encode())


def records(row: dict[str, Any]) -> Request:
    return sent(json.dumps({"dataframe_records": [row]}))


def split(columns: list[str], rows: list[list[Any]]) -> Request:
    return sent(json.dumps({"dataframe_split": {"columns": columns, "data": rows}}))


def ask(server: str, request: Request) -> tuple[int, str]:
    """Return the status and what is said."""
    asked = urllib.request.Request(server + request.path, request.body, method=request.method)  # noqa: S310
    # urllib would say a type by itself.
    asked.add_header("Content-Type", request.kind or "")
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (OSError, HTTPException) as error:
        return 0, repr(error)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    server = parser.parse_args().server
    chosen = choose(WORKSPACE)
    counts, wrong = Counter[str](), 0
    for request in requests(chosen):
        status, said = ask(server, request)
        counts[f"answer {status}"] += 1
        if not 400 <= status < 500 or not said.strip() or "Traceback" in said or "File " in said:
            wrong += 1
            print(f"{status}: {request.kind} {request.body[:150]!r} -> {said[:300]}")
    for content in files(chosen):
        try:
            uploads.score(content, chosen)
            counts["file taken"] += 1
            print(f"taken: {content[:80]!r}")
        except InputError as error:
            counts["file refused"] += 1
            wrong += "\n" in str(error)
    status, said = ask(server, records(customer(chosen)))
    assert status == 200, said
    print(dict(counts), f"{wrong} not as they should be; then: {said}")


if __name__ == "__main__":
    main()
