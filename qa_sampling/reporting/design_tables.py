"""Designs side by side as tables of text: allocation, precision, likeness, and what runs dry."""

from __future__ import annotations

import math
from typing import Literal

import pandas as pd

from qa_sampling.sampling.comparison import DesignComparison

_NONE = "–"


def margin_table(comparison: DesignComparison, margin: Literal["row", "column"]) -> pd.DataFrame:
    """Give the cases and the audits a month of every row or column of the strata.

    Parameters
    ----------
    comparison : DesignComparison
        Designs side by side.
    margin : {"row", "column"}
        Which margin.

    Returns
    -------
    DataFrame
        The label, and for each design its cases and audits: the expected number, and the
        fewest and most over the draws where they differ.
    """
    held = comparison.margins[comparison.margins["margin"] == margin]
    said = held.assign(
        cases=held["cases"].astype("str"),
        audits=[
            f"{row.expected:.1f}" + (f" ({row.least}–{row.most})" if row.least < row.most else "")
            for row in held.itertuples()
        ],
    )
    return _beside(
        said,
        "label",
        {"cases": "cases", "audits": "audits"},
        "Part of the caseload",
        _designs(comparison),
    )


def precision_table(comparison: DesignComparison) -> pd.DataFrame:
    """Give how precise all cases and each domain are, and how often a domain has no audit.

    Parameters
    ----------
    comparison : DesignComparison
        Designs side by side.
    """
    held = comparison.precision
    said = held.assign(
        audits=[f"{value:.1f}" for value in held["expected"]],
        half_width=[_NONE if pd.isna(v) else f"± {100 * v:.0f} points" for v in held["half_width"]],
        without=[_NONE if not v else f"{100 * v:.0f}% of months" for v in held["without"]],
    )
    names = {"audits": "audits", "half_width": "precision", "without": "no audit in"}
    return _beside(said, "domain", names, "Service", _designs(comparison))


def balance_table(comparison: DesignComparison) -> pd.DataFrame:
    """Give the share of a sample that would have to be other cases to look like the caseload.

    Parameters
    ----------
    comparison : DesignComparison
        Designs side by side.
    """
    held = comparison.balance
    said = held.assign(
        characteristic=held["characteristic"].str.replace("_", " ").str.capitalize(),
        other=[_NONE if pd.isna(value) else f"{100 * value:.0f}%" for value in held["other"]],
    )
    return _beside(
        said, "characteristic", {"other": "unlike"}, "Characteristic", _designs(comparison)
    )


def dry_table(comparison: DesignComparison, *, within_months: int = 24) -> pd.DataFrame:
    """Give the strata that run dry soonest: every case audited once, if nobody comes or goes.

    Parameters
    ----------
    comparison : DesignComparison
        Designs side by side.
    within_months : int
        Strata that last longer in every design are left out.
    """
    held = comparison.dry[comparison.dry["part"] == "stratum"].sort_values("months", kind="stable")
    soon = held.loc[held["months"] <= within_months, "label"]
    held = held[held["label"].isin(soon)]
    said = held.assign(
        cases=held["cases"].astype("str"),
        months=["never" if math.isinf(v) else f"{v:.0f} months" for v in held["months"]],
    )
    return _beside(
        said, "label", {"cases": "cases", "months": "dry after"}, "Stratum", _designs(comparison)
    )


def _designs(comparison: DesignComparison) -> list[str]:
    return list(comparison.summary.columns.drop(["question", "unit"]))


def _beside(
    said: pd.DataFrame, by: str, names: dict[str, str], head: str, order: list[str]
) -> pd.DataFrame:
    """Put the designs' columns beside each other, in the order in which labels come."""
    labels = said[by].drop_duplicates()
    table = pd.DataFrame({head: labels.to_numpy()})
    for design in order:
        found = said[said["design"] == design].set_index(by).reindex(labels)
        for name, shown in names.items():
            table[f"{design}: {shown}"] = found[name].fillna(_NONE).to_numpy()
    return table
