"""How customers are cleaned."""

from typing import Literal

from segmentation.settings.shared.base import Settings, Share


class Prepare(Settings):
    """What happens to rows that break a rule."""

    outside_limits: Literal["reject", "blank"] = "reject"
    duplicate_ids: Literal["first", "last", "reject"] = "first"
    max_missing: Share = 0.5
    max_unreadable: Share = 0.1
    max_rejected: Share = 0.2
