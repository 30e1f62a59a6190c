"""The invented authority that measures are tested on, made once for all of their tests."""

from __future__ import annotations

from functools import cache

from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.synthetic import invent


@cache
def small_authority() -> Authority:
    """Give the authority; nobody alters its tables."""
    return invent(seed=11, scale=0.1)
