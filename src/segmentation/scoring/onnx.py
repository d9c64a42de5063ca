"""A model of centres as a graph of ONNX, for programs that have neither this package nor Python.

It reckons in double precision throughout, as NumPy does. Customers lie along the last axis and
centres along the first, so that each step goes over many numbers at once.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from segmentation import __version__
from segmentation.errors import InputError
from segmentation.scoring.centres import Category, Centres, Flag, Number, Step, centres_of
from segmentation.scoring.output import added_names
from segmentation.scoring.rule import Rule

if TYPE_CHECKING:
    from onnx import ModelProto

ANSWERS = ("segment", "name", "confidence", "runner_up")
IR, OPSET, ML = 7, 13, 2
"""Of 2020: the oldest with all that the graph does, so that old runtimes take it, too."""
_OPERATORS: Mapping[str, str] = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div"}
_ROWS = "customers"


def graph(
    rule: Rule, *, names: Mapping[int, str], about: str = "", told: Mapping[str, str] | None = None
) -> "ModelProto":
    """Return the graph that gives customers their segments.

    Parameters
    ----------
    rule : Rule
    names : mapping of int to str
        Of the segments.
    about : str
        What the model says of itself.
    told : mapping of str to str, optional
        More of it, by what it is called.

    Returns
    -------
    ModelProto
        It takes a tensor (customers, 1) for each column: numbers in double precision, NaN where
        one is missing; categories as texts, empty where one is missing. It gives `ANSWERS`, a
        tensor (customers,) each; one that a column is called like begins with ``scored_``.

    Raises
    ------
    InputError
        The model is none of centres, or onnx is not installed.

    Notes
    -----
    Of segments that are equally near, the first in the model is taken, as the model does.
    """
    model = centres_of(rule, form="ONNX")
    try:
        from onnx import helper
    except ImportError:
        raise InputError("--onnx needs onnx, which is not installed: pip install onnx") from None
    answers = added_names(rule.columns, ANSWERS)
    steps = _Steps({*rule.columns, *answers})
    _place(steps, rule, model, names, answers)
    made = helper.make_graph(
        steps.nodes, "segments", _inputs(rule, model), _outputs(answers), steps.constants
    )
    versions = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML)]
    found = helper.make_model(made, opset_imports=versions, ir_version=IR)
    found.producer_name, found.producer_version = "segmentation", __version__
    found.doc_string = " ".join(about.split())
    called = {str(segment): names[segment] for segment in sorted(model.segments)}
    helper.set_model_props(
        found, {**(told or {}), "segments": json.dumps(called, ensure_ascii=False)}
    )
    return found


class _Steps:
    """The nodes of a graph, and the constants that they take.

    Parameters
    ----------
    taken : set of str
        Names that no tensor in between may have: columns can be called anything.
    """

    def __init__(self, taken: set[str]) -> None:
        from onnx import TensorProto, helper

        self._onnx, self._types, self._taken = helper, TensorProto, taken
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def do(self, what: str, *of: str, to: str | None = None, **how: Any) -> str:
        """Add a node, and return what its only result is called."""
        domain = "ai.onnx.ml" if what == "LabelEncoder" else None
        result = to or self.fresh(what.lower())
        node = self._onnx.make_node(what, list(of), [result], domain=domain, **how)
        self.nodes.append(node)
        return result

    def nearest(self, of: str) -> tuple[str, str]:
        """Add the node that finds the least two; of equal ones, the first in the model."""
        values, places = self.fresh("nearest"), self.fresh("places")
        node = self._onnx.make_node(
            "TopK", [of, self.whole([2])], [values, places], axis=0, largest=0, sorted=1
        )
        self.nodes.append(node)
        return values, places

    def number(self, value: float | NDArray[np.float64]) -> str:
        """Return a constant in double precision."""
        cells = np.asarray(value, dtype=np.float64)
        return self._constant(self._types.DOUBLE, cells.shape, cells.ravel().tolist())

    def whole(self, value: int | Sequence[int]) -> str:
        """Return a constant of whole numbers."""
        cells = np.asarray(value, dtype=np.int64)
        return self._constant(self._types.INT64, cells.shape, cells.ravel().tolist())

    def texts(self, values: Sequence[str]) -> str:
        """Return a constant of texts."""
        cells = [value.encode() for value in values]
        return self._constant(self._types.STRING, (len(cells),), cells)

    def fresh(self, hint: str) -> str:
        """Return a name that nothing else has."""
        i = len(self._taken)
        while (name := f"{hint}_{i}") in self._taken:
            i += 1
        self._taken.add(name)
        return name

    def _constant(self, kind: int, shape: tuple[int, ...], cells: list[Any]) -> str:
        self.constants.append(self._onnx.make_tensor(self.fresh("constant"), kind, shape, cells))
        return str(self.constants[-1].name)


def _inputs(rule: Rule, model: Centres) -> list[Any]:
    from onnx import TensorProto, helper

    middles = {each.column: each.middle for each in model.numbers}
    levels = {each.column: each.levels for each in model.categories}
    numbers = [
        (name, TensorProto.DOUBLE, f"NaN where it is missing, as which {middles[i]:g} counts")
        for i, name in enumerate(rule.numbers)
    ]
    texts = [
        (name, TensorProto.STRING, f"empty where it is missing; told apart: {', '.join(levels[i])}")
        for i, name in enumerate(rule.categories)
    ]
    return [
        helper.make_tensor_value_info(name, kind, [_ROWS, 1], doc_string=about)
        for name, kind, about in (*numbers, *texts)
    ]


def _outputs(answers: Sequence[str]) -> list[Any]:
    from onnx import TensorProto, helper

    kinds = (TensorProto.INT64, TensorProto.STRING, TensorProto.DOUBLE, TensorProto.INT64)
    abouts = (
        "the nearest segment",
        "what it is called",
        "from 0, on the border to the runner-up, to 1",
        "the next segment",
    )
    return [
        helper.make_tensor_value_info(name, kind, [_ROWS], doc_string=about)
        for name, kind, about in zip(answers, kinds, abouts, strict=True)
    ]


def _place(
    steps: _Steps, rule: Rule, model: Centres, names: Mapping[int, str], answers: Sequence[str]
) -> None:
    """Add up the squared distances to each centre, (centres, customers), and take the least."""
    flat = steps.whole([-1])
    numbers = [steps.do("Reshape", name, flat) for name in rule.numbers]
    texts = [steps.do("Reshape", name, flat) for name in rule.categories]
    away = [
        *(_of_number(steps, each, numbers[each.column], model) for each in model.numbers),
        *(_of_flag(steps, each, numbers[each.column], model) for each in model.flags),
        *(_of_category(steps, each, texts[each.column]) for each in model.categories),
    ]
    if model.heights.any():
        away.append(steps.number(model.heights[:, None]))
    values, places = steps.nearest(steps.do("Sum", *away))
    first, second = steps.whole(0), steps.whole(1)
    nearest, next_one = (steps.do("Gather", places, each, axis=0) for each in (first, second))
    best, next_best = (steps.do("Gather", values, each, axis=0) for each in (first, second))
    segment, name, confidence, runner_up = answers
    ids = steps.whole(model.segments)
    steps.do("Gather", ids, nearest, to=segment)
    steps.do("Gather", ids, next_one, to=runner_up)
    steps.do("Gather", steps.texts([names[i] for i in model.segments]), nearest, to=name)
    zero, one = steps.number(0.0), steps.number(1.0)
    share = steps.do("Sqrt", steps.do("Div", best, next_best))
    firm = steps.do("Sub", one, share)
    steps.do("Where", steps.do("Greater", next_best, zero), firm, zero, to=confidence)


def _of_number(steps: _Steps, each: Number, x: str, model: Centres) -> str:
    x = _filled(steps, x, each.middle)
    if each.bounds is not None:
        low, high = map(steps.number, each.bounds)
        x = steps.do("Min", steps.do("Max", x, low), high)
    x = _after(steps, _transformed(steps, x, each.transform), each.steps)
    return _squared(steps, x, model, each.place)


def _of_flag(steps: _Steps, each: Flag, x: str, model: Centres) -> str:
    if each.middle is None:
        told = steps.do("IsNaN", x)
    else:
        told = steps.do("Equal", _filled(steps, x, each.middle), steps.number(0.0))
    x = steps.do("Where", told, steps.number(1.0), steps.number(0.0))
    return _squared(steps, _after(steps, x, each.steps), model, each.place)


def _of_category(steps: _Steps, each: Category, x: str) -> str:
    """Look the squared distances up; what is not told apart is the last."""
    codes = {level: i for i, level in enumerate(each.levels)}
    codes[""] = codes.get(each.filling, len(each.levels))  # a cell that is missing
    code = steps.do(
        "LabelEncoder",
        x,
        keys_strings=list(codes),
        values_int64s=list(codes.values()),
        default_int64=len(each.levels),
    )
    return steps.do("Gather", steps.number(np.ascontiguousarray(each.away.T)), code, axis=1)


def _squared(steps: _Steps, x: str, model: Centres, place: int) -> str:
    away = steps.do("Sub", x, steps.number(model.at[:, [place]]))
    return steps.do("Mul", away, away)


def _filled(steps: _Steps, x: str, middle: float) -> str:
    return steps.do("Where", steps.do("IsNaN", x), steps.number(middle), x)


def _transformed(steps: _Steps, x: str, transform: float | Literal["log"] | None) -> str:
    if transform is None:
        return x
    one = steps.number(1.0)
    above = steps.do("Add", x, one)
    if transform == "log":
        return steps.do("Log", above)
    below = steps.do("Neg", _power(steps, steps.do("Sub", one, x), 2 - transform))
    positive = steps.do("GreaterOrEqual", x, steps.number(0.0))
    return steps.do("Where", positive, _power(steps, above, transform), below)


def _power(steps: _Steps, x: str, power: float) -> str:
    """Return (x ** power - 1) / power, which is the logarithm as the power goes to zero."""
    if abs(power) < np.spacing(1.0):
        return steps.do("Log", x)
    raised = steps.do("Pow", x, steps.number(power))
    return steps.do("Div", steps.do("Sub", raised, steps.number(1.0)), steps.number(power))


def _after(steps: _Steps, x: str, done: Iterable[Step]) -> str:
    for sign, by in done:
        x = steps.do(_OPERATORS[sign], x, steps.number(by))
    return x
