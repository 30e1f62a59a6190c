"""A small invented authority written as files, read as if it were anyone's own extract."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from qa_sampling.records.synthetic import Written, invent, write_authority

AS_AT = date(2026, 10, 31)


def write_small(folder: Path, *, scale: float = 0.12, seed: int = 7) -> Written:
    """Write one extract and the extra tables of a small authority."""
    authority = invent(seed, scale=scale, until=AS_AT)
    return write_authority(authority, folder, as_at=[AS_AT])


def own_values(written: Written, **more: Any) -> dict[str, Any]:
    """Parameters of a plan from those files."""
    return {
        "authority": "Little Inventshire",
        "extract": [str(path) for paths in written.extracts.values() for path in paths],
        "extra_tables": str(next(iter(written.tables.values())).parent),
        "period": "2026-11",
        "audits": 12,
        "row_minimum": None,
    } | more
