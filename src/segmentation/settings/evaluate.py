"""How segments are judged."""

from typing import Annotated

from pydantic import Field

from segmentation.settings.shared.base import Settings


class Evaluate(Settings):
    """How large samples may get."""

    max_rows: Annotated[int, Field(ge=100)] = 20_000
    max_points: Annotated[int, Field(ge=100)] = 2_000
