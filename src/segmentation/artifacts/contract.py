"""What a table of customers was like when its settings were written."""

from typing import ClassVar, Literal

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Part


class Held(Part):
    """A column.

    Attributes
    ----------
    role : str
        As which it was declared; ``ignore`` is only to be there.
    missing : float
        Share of the rows.
    mean : float or None
        Of a number, to one digit that counts; of at least a thousand, to two.
    low, high : float or None
        Between them are 98% of a number, of at least a thousand; to two digits.
    levels : dict of str to float
        Of a text the shares of what at least ten customers have, of all that have any; to tens of
        customers.
    open : bool
        Whether a text had more different levels than these.
    """

    role: str
    missing: Figure
    mean: Known = None
    low: Known = None
    high: Known = None
    levels: dict[str, Figure] = {}
    open: bool = False


class Contract(Artifact):
    """What later files are held against. `segmentation init` writes it, and no stage."""

    path: ClassVar = paths.CONTRACT
    in_order: ClassVar[bool] = True
    mend: ClassVar[str] = "run `segmentation init FILE`"
    schema_version: Literal[1] = 1
    file: str
    rows: int
    columns: dict[str, Held]
