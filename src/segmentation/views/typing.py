"""The page of questions, to be printed."""

from segmentation.artifacts.typing import Typing
from segmentation.views.report import render


def html(found: Typing) -> str:
    """Return the page."""
    return render(
        "typing.html.j2", found=found, names={each.segment: each.name for each in found.segments}
    )
