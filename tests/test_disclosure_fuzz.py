"""Random tables with everything that can be declared, against an intruder of another make."""

from __future__ import annotations

import numpy as np
import pytest
from disclosure_intruder import leaks
from disclosure_worlds import invented, random_request
from tiers import thorough

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.disclosure import HIDDEN_MARK, protect
from qa_sampling.reporting.releases import printed_table, release_text


@pytest.mark.parametrize("seed", [0, 4, *map(thorough, (1, 2, 3, 7))])
def test_nothing_is_recovered_from_random_releases_in_random_order(seed):
    """Hierarchies, months, counts within counts, rounding, thresholds, time-outs, a ledger."""
    rng = np.random.default_rng(seed)
    made = invented(rng)
    out = []
    for _ in range(3):
        table, arguments, limits = random_request(rng, made)
        ledger = [printed_table(release_text(one)) for one, _ in out]
        try:
            out.append((protect(table, earlier=ledger, **arguments), limits))
        except DisclosureError as refused:
            assert "cannot be shared" in str(refused)
    assert leaks(made.world, out, made.truth) == []
    assert any(HIDDEN_MARK in row for table, _ in out for row in table.rows)
