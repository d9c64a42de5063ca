from pathlib import Path

import pytest

from segmentation.commands.load import load_model
from segmentation.errors import InputError, ModelError


def test_a_file_that_is_not_there_or_no_model_is_told(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    with pytest.raises(InputError, match=r"model\.skops is not there; `dvc artifacts get` brings"):
        load_model(str(file))
    file.write_bytes(b"rubbish")
    with pytest.raises(ModelError, match=r"model\.skops is not a readable model"):
        load_model(str(file))
