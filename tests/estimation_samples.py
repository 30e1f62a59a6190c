"""Invented samples whose R answers are in golden/estimation.json, and small ones made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from qa_sampling.sampling.estimation import Design, make_design

FOLDER = Path(__file__).parent / "golden"
GOLDEN = json.loads((FOLDER / "estimation.json").read_text("utf-8"))
SHARED = Path(__file__).parents[2] / "shared" / "data" / "sampling"


def sample(name: str) -> pd.DataFrame:
    """One of the invented samples: audits, families, lonely, phases."""
    return pd.read_csv(FOLDER / f"estimation_{name}.csv")


def audits(**more: object) -> Design:
    """The stratified sample: strata a to d, d taken whole."""
    return make_design(sample("audits"), "stratum", population="population", **more)


def simple(found: int, n: int, population: int | None = None, **more: object) -> Design:
    """A plain random sample of n, `found` of them good."""
    table = pd.DataFrame({"good": np.arange(n) < found, "team": "North", "weeks": np.arange(n)})
    return make_design(table, population=population, **({"weight": None} | more))
