"""The building where the client lives: 47 columns about one thing, known for about half of the clients."""

import numpy as np
import polars as pl

from credit_scoring.synthetic.draws import Bools, Floats, levels, named, rank, unless
from credit_scoring.synthetic.traits import Traits

KNOWN = 0.53
"""Share of the clients whose building is known at all."""
# Part -> share missing among the known buildings, quantiles 0, 1, 25, 50, 75, 99 and 100 % of the average.
_PARTS: dict[str, tuple[float, tuple[float, ...]]] = {
    "APARTMENTS": (0.04, (0.0, 0.002, 0.058, 0.088, 0.148, 0.55, 1.0)),
    "BASEMENTAREA": (0.21, (0.0, 0.0, 0.044, 0.076, 0.112, 0.38, 1.0)),
    "YEARS_BEGINEXPLUATATION": (0.01, (0.0, 0.95, 0.977, 0.982, 0.987, 0.999, 1.0)),
    "YEARS_BUILD": (0.36, (0.0, 0.37, 0.687, 0.755, 0.823, 0.986, 1.0)),
    "COMMONAREA": (0.43, (0.0, 0.0, 0.008, 0.021, 0.052, 0.38, 1.0)),
    "ELEVATORS": (0.11, (0.0, 0.0, 0.0, 0.0, 0.12, 0.64, 1.0)),
    "ENTRANCES": (0.05, (0.0, 0.034, 0.069, 0.138, 0.207, 0.517, 1.0)),
    "FLOORSMAX": (0.04, (0.0, 0.0, 0.167, 0.167, 0.333, 0.667, 1.0)),
    "FLOORSMIN": (0.39, (0.0, 0.0, 0.083, 0.208, 0.375, 0.708, 1.0)),
    "LANDAREA": (0.23, (0.0, 0.0, 0.019, 0.048, 0.086, 0.38, 1.0)),
    "LIVINGAPARTMENTS": (0.40, (0.0, 0.003, 0.05, 0.076, 0.122, 0.47, 1.0)),
    "LIVINGAREA": (0.05, (0.0, 0.002, 0.046, 0.075, 0.132, 0.56, 1.0)),
    "NONLIVINGAPARTMENTS": (0.42, (0.0, 0.0, 0.0, 0.0, 0.004, 0.108, 1.0)),
    "NONLIVINGAREA": (0.15, (0.0, 0.0, 0.0, 0.004, 0.028, 0.32, 1.0)),
}
_RANKS = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)
_CATEGORIES: dict[str, tuple[float, dict[str, float]]] = {
    "FONDKAPREMONT_MODE": (
        0.38,
        {"not specified": 0.06, "reg oper account": 0.76, "reg oper spec account": 0.12, "org spec account": 0.06},
    ),
    "HOUSETYPE_MODE": (0.04, {"specific housing": 0.01, "terraced house": 0.01, "block of flats": 0.98}),
    "WALLSMATERIAL_MODE": (
        0.05,
        {
            "Wooden": 0.035,
            "Others": 0.01,
            "Mixed": 0.015,
            "Block": 0.06,
            "Stone, brick": 0.42,
            "Panel": 0.44,
            "Monolithic": 0.012,
        },
    ),
    "EMERGENCYSTATE_MODE": (0.0, {"No": 0.985, "Yes": 0.015}),
}


def building(rng: np.random.Generator, traits: Traits) -> dict[str, Floats | pl.Series]:
    """Cells of the building columns; the able live in slightly larger and newer ones."""
    count = len(traits)
    unknown: Bools = rng.random(count) >= KNOWN
    size = 0.15 * traits.ability + rng.standard_normal(count)
    cells: dict[str, Floats | pl.Series] = {}
    for part, (missing, quantiles) in _PARTS.items():
        absent = unknown | (rng.random(count) < missing)
        average = np.interp(rank(0.75 * size + 0.66 * rng.standard_normal(count)), _RANKS, quantiles)
        shift = np.where(rng.random(count) < 0.6, 0.0, 0.03 * rng.standard_normal(count))
        for suffix, weight in (("AVG", 0.0), ("MODE", 1.0), ("MEDI", 1 / 3)):
            value: Floats = np.clip(average * (1 + weight * shift), 0, 1)
            cells[f"{part}_{suffix}"] = unless(absent, np.round(value, 4))
    area = np.interp(rank(size), _RANKS, (0.0, 0.002, 0.042, 0.069, 0.131, 0.53, 1.0))
    cells["TOTALAREA_MODE"] = unless(unknown, np.round(area, 4))
    for name, (missing, frequencies) in _CATEGORIES.items():
        absent = unknown | (rng.random(count) < missing)
        cells[name] = named(np.where(absent, -1, levels(rng, frequencies, count)), list(frequencies))
    return cells
