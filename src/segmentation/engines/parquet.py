"""Write a table of any size as Parquet, in row groups of one size, whoever gives its chunks."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.engines import arrow

CHUNK = 1 << 19
"""Lines of a file whose rows are sorted and given at a time."""

_GROUP = 1 << 17  # rows of a row group


def write(path: Path, schema: pa.Schema, chunks: Iterable[pa.Table]) -> None:
    """Write the rows of chunks, in their order, and the columns of the schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rest = arrow.empty(schema)
    # The first column is an id or a line: a dictionary of what is different in every row is no use.
    with pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=schema.names[1:]
    ) as file:
        for chunk in chunks:
            rest = pa.concat_tables([rest, chunk.select(schema.names).cast(schema)])
            whole = rest.num_rows - rest.num_rows % _GROUP
            if whole:
                file.write_table(rest.slice(0, whole), row_group_size=_GROUP)
                rest = rest.slice(whole).combine_chunks()
        if rest.num_rows:
            file.write_table(rest)
