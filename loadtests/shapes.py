"""How many shoppers there are at which moment of a run."""

from collections.abc import Callable, Mapping

ARRIVE = 0.1  # of the time until all are there, where nothing else is meant
CALM = 0.2  # of the shoppers before and after a spike
SPIKE = (0.4, 0.6)

Shape = Callable[[float], float]


def _steady(at: float) -> float:
    return at / ARRIVE


def _ramp(at: float) -> float:
    return at


def _spike(at: float) -> float:
    return 1.0 if SPIKE[0] <= at < SPIKE[1] else min(CALM, _steady(at))


def _flash(_at: float) -> float:
    return 1.0


# Share of the shoppers by share of the time, both 0 to 1. A soak is a long steady run that is watched for growth.
SHAPES: Mapping[str, Shape] = {
    "steady": _steady,
    "ramp": _ramp,
    "spike": _spike,
    "flash": _flash,
    "soak": _steady,
}


def shoppers_at(shape: str, users: int, at: float) -> int:
    """So many, one at least; at: 0 at the beginning, 1 at the end."""
    return max(1, round(users * min(1.0, SHAPES[shape](at))))
