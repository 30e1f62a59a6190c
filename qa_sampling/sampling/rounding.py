"""Random controlled rounding: whole audits from a table of targets, margins held.

In a normal month there are more non-empty cells (teams by statuses) than audits. Any fixed
table of whole numbers would then leave cells, and the children in them, with no chance of
selection. Controlled rounding turns a table of targets into whole numbers at random so that
every cell's expected number is exactly its target, and every cell, row total, column
total and the grand total is its target rounded down or up (Cox 1987, Journal of the
American Statistical Association 82:520-524; Causey, Cox and Ernst 1985, ibid. 80:903-909).

Targets are counted in millionths of an audit, so all arithmetic is in whole numbers, and the
coin of each step is a ticket: the same seed gives the same table on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qa_sampling.sampling.tickets import ticket

UNIT = 1_000_000
"""Millionths of an audit that make one audit."""

Cell = tuple[str, str, str]
"""A cell: stratum, row and column label."""

_SLACK = "\x00slack"


def coin(seed: str) -> Callable[[int, int, int], bool]:
    """Give the coin of a seed: heads at step k with probability `heads / total`, exactly.

    Parameters
    ----------
    seed : str
        Seed text. Step k is decided by the ticket of "step k" for the purpose "rounding",
        read as a fraction of 2**256.
    """

    def toss(step: int, heads: int, total: int) -> bool:
        value = int(ticket(f"step {step}", seed, purpose="rounding"), 16)
        return value * total < heads << 256

    return toss


def controlled_rounding(
    targets: Mapping[Cell, int],
    toss: Callable[[int, int, int], bool],
    *,
    order: Sequence[Cell] | None = None,
) -> dict[Cell, int]:
    """Round a two-way table of targets to whole audits, margins held, without bias.

    Parameters
    ----------
    targets : mapping of cell to int
        Millionths of an audit by cell (stratum, row, column); they add up to whole audits.
        Several cells may share a row and a column; their sum is held too.
    toss : callable
        ``toss(step, heads, total)`` decides each step; see :func:`coin`.
    order : sequence of cells, optional
        Order in which cells are looked at; sorted by default. It changes which cells
        move together, never a probability.

    Returns
    -------
    dict of cell to int
        Whole audits by cell.

    Raises
    ------
    ValueError
        When a target is negative or the targets do not add up to whole audits.

    Notes
    -----
    Slack cells complete every row and column to a whole number. While a cell is not whole,
    its row and its column hold another such cell, so that a closed path of them exists. Along it
    targets are alternately raised and lowered by the most that keeps all between
    their neighbours; the direction is tossed so that expectations stay.
    """
    total = sum(targets.values())
    if any(value < 0 for value in targets.values()) or total % UNIT:
        raise ValueError("Targets must be 0 or more and add up to whole audits.")
    cells = list(order) if order is not None else sorted(targets)
    parts = _with_slack({cell: targets[cell] % UNIT for cell in cells})
    step = 0
    while path := _closed_path(parts):
        up, down = path[0::2], path[1::2]
        gain = min(*(UNIT - parts[cell] for cell in up), *(parts[cell] for cell in down))
        loss = min(*(parts[cell] for cell in up), *(UNIT - parts[cell] for cell in down))
        step += 1
        move = gain if toss(step, loss, gain + loss) else -loss
        for cell in up:
            parts[cell] += move
        for cell in down:
            parts[cell] -= move
    return {cell: targets[cell] // UNIT + parts[cell] // UNIT for cell in cells}


def _with_slack(parts: dict[Cell, int]) -> dict[Cell, int]:
    """Complete rows and columns to whole numbers with slack cells."""
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    for (_, row, column), value in parts.items():
        rows[row] = rows.get(row, 0) + value
        columns[column] = columns.get(column, 0) + value
    completed = dict(parts)
    for row, value in rows.items():
        completed[(_SLACK, row, _SLACK)] = -value % UNIT
    for column, value in columns.items():
        completed[(_SLACK, _SLACK, column)] = -value % UNIT
    corner = sum(-value % UNIT for value in rows.values())
    completed[(_SLACK, _SLACK, _SLACK)] = -corner % UNIT
    return completed


def _closed_path(parts: Mapping[Cell, int]) -> list[Cell]:
    """Find a closed path of cells that are not whole, turning at each; empty when all are."""
    rows: dict[str, list[Cell]] = {}
    columns: dict[str, list[Cell]] = {}
    for cell, value in parts.items():
        if value % UNIT:
            rows.setdefault(cell[1], []).append(cell)
            columns.setdefault(cell[2], []).append(cell)
    if not rows:
        return []
    first = next(cell for cell, value in parts.items() if value % UNIT)
    path: list[Cell] = []
    seen: dict[tuple[bool, str], int] = {(True, first[1]): 0}
    along_row, label = True, first[1]
    while True:
        beside = (rows if along_row else columns)[label]
        cell = next(other for other in beside if not path or other != path[-1])
        path.append(cell)
        along_row, label = not along_row, cell[2] if along_row else cell[1]
        if (along_row, label) in seen:
            return path[seen[(along_row, label)] :]
        seen[(along_row, label)] = len(path)
