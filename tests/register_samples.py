"""Invented frames and draws for the register's tests, made by the package's own draw-free types.

Also the child of the race: run as a script, it waits for a file to appear and then draws.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import sys
import time
from pathlib import Path

NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
PERIOD, DESIGN = "2026-11", "monthly"


def clock() -> dt.datetime:
    return NOON


def snapshot(mark: str = "") -> str:
    return f"qa_sampling/frame/v1{mark}\nA\x1fNorth / CP\n"


def fingerprint(mark: str = "") -> str:
    return hashlib.sha256(snapshot(mark).encode()).hexdigest()


def invented_draw(seed: str = "5341796018", mark: str = "", n: int = 6):
    """A draw of n cases and two reserves, with awkward numbers and missing values."""
    import pandas as pd

    from qa_sampling.sampling.plan import Draw
    from qa_sampling.sampling.tickets import ticket

    refs = [f"CASE{seed[:4]}{i:02d}" for i in range(n + 2)]
    drawn = ["sample"] * n + ["reserve"] * 2
    sample = pd.DataFrame(
        {
            "case_ref": refs,
            "stratum": ["North / CP" if i % 2 else "South / “CiN”" for i in range(n + 2)],
            "drawn_as": drawn,
            "rank": pd.array(range(1, n + 3), dtype="Int64"),
            "ticket": [ticket(ref, seed) for ref in refs],
            "inclusion_probability": [0.1 + 0.2, 1 / 3, 1.0, 2 / 7, 1e-300, 0.5, None, None],
            "weight": [1 / (0.1 + 0.2), 3.0000000000000004, 1.0, 3.5, 1e300, 2.0, None, None],
        }
    )
    allocation = pd.DataFrame(
        {
            "stratum": ["North / CP", "South / “CiN”"],
            "population": [10, 20],
            "target": [1 / 3, 0.1 + 0.2],
            "sampled": pd.array([3, None], dtype="Int64"),
            "bound": ["", "minimum"],
        }
    )
    aside = pd.DataFrame({"case_ref": ["CASEX"], "reason": ["sibling"]})
    return Draw(
        sample=sample,
        allocation=allocation,
        set_aside=aside.iloc[:0],
        seed=seed,
        frame_fingerprint=fingerprint(mark),
        method="proportional",
        parameters={"n": n, "rate": 0.1 + 0.2, "minima": {"North": 1}, "none": None},
        fingerprint=hashlib.sha256("".join(refs).encode()).hexdigest(),
    )


def invented_assignment(draw):
    import pandas as pd

    from qa_sampling.sampling.plan import Assignment

    refs = list(draw.cases["case_ref"])
    table = pd.DataFrame(
        {
            "case_ref": refs,
            "auditor_id": [f"S{i % 3}" for i in range(len(refs))],
            "auditor_role": ["Team Manager"] * len(refs),
            "moderator_id": ["M1", *[None] * (len(refs) - 1)],
            "moderation_probability": [1 / 6] * len(refs),
            "phase": range(len(refs)),
        }
    ).astype({"moderator_id": "str"})
    loads = pd.DataFrame({"staff_id": ["S0"], "cap": pd.array([None], dtype="Int64")})
    checks = pd.DataFrame({"rule": ["own team"], "held": ["yes"], "cannot_be_guaranteed": [""]})
    return Assignment(table=table, loads=loads, checks=checks, parameters={"rate": 0.2})


def fix(register, mark: str = "", period: str = PERIOD, design: str = DESIGN):
    return register.fix_frame(
        period=period,
        design=design,
        fingerprint=fingerprint(mark),
        snapshot=snapshot(mark),
        parameters={"open_weeks": 4},
    )


def commit(register, seed: str = "5341796018", mark: str = "", period: str = PERIOD):
    draw = invented_draw(seed, mark)
    return register.commit_draw(
        period=period,
        design=DESIGN,
        draw=draw,
        assignment=invented_assignment(draw),
        as_at=dt.date(2026, 10, 31),
        due=dt.date(2026, 11, 30),
        title="Practice Evaluations",
        library_version="0.1.0",
    )


def invented_returns():
    """Two audits, one of them not back yet, with answers, a moderation and an action."""
    from types import SimpleNamespace

    from qa_sampling.records import returned

    def table(declared, *rows):
        import pandas as pd

        frame = pd.DataFrame(rows).reindex(columns=declared.names)
        return frame.astype(declared.empty().dtypes.to_dict())

    audit = {"draw_id": "d", "period": PERIOD, "design": DESIGN, "auditor_id": "S1"}
    return SimpleNamespace(
        audits=table(
            returned.AUDITS,
            audit | {"audit_id": "A1", "case_ref": "CASE1", "date_completed": "2026-11-20"},
            audit | {"audit_id": "A2", "case_ref": "CASE2", "learning": "“Plans”"},
        ),
        answers=table(
            returned.ANSWERS,
            {"audit_id": "A1", "standard": "overall", "grade": "Outstanding"},
            {"audit_id": "A1", "standard": "voice", "grade": "Not applicable"},
            {"audit_id": "A2", "standard": "overall", "grade": "Good"},
            {"audit_id": "A2", "standard": "visits", "grade": "Good", "evidence": "Notes"},
        ),
        moderations=table(
            returned.MODERATIONS,
            {"moderation_id": "M1", "audit_id": "A1", "moderator_id": "S9", "date": "2026-11-25"},
        ),
        moderated_answers=table(
            returned.MODERATED_ANSWERS,
            {"moderation_id": "M1", "standard": "overall", "grade": "Good"},
        ),
        actions=table(
            returned.ACTIONS,
            {"action_id": "X1", "audit_id": "A1", "owner": "S1", "due": "2026-12-24"},
        ),
    )


def plain_rows(seed: str = "5341796018", mark: str = "") -> list:
    """The draw laid out in rows, as `commit_draw` lays it out, for children without pandas."""
    from qa_sampling.records.recorded_draw import rows_of

    draw = invented_draw(seed, mark)
    rows = rows_of(draw, invented_assignment(draw))
    rows.row.update(period=PERIOD, design=DESIGN, as_at="2026-10-31", due="2026-11-30")
    rows.row.update(title="Practice Evaluations", library_version="0.1.0")
    return list(rows)


def made(path, **kept):
    from qa_sampling.records.register import Register

    return Register.open(path, create=True, clock=clock, **kept)


def drawn(path):
    with made(path) as register:
        fix(register)
        commit(register)
        return register.head()


def outside(path, *statements):
    """Do to the file what any program could."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement)
    finally:
        connection.close()


def sqlite_count(path, table):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()


def race(place: str, number: str) -> None:
    """Open, fix and draw, each child with a seed of its own, when the parent says go."""
    from qa_sampling.records.recorded_draw import DrawRows
    from qa_sampling.records.register import Register

    rows = DrawRows(*json.loads(Path(f"{place}.rows").read_text(encoding="utf-8")))
    rows.row["seed"] = f"{int(number):010d}"
    Path(f"{place}.ready{number}").touch()
    while not Path(f"{place}.go").exists():
        time.sleep(0.002)
    with Register.open(Path(place), create=True, actor=f"run {number}") as register:
        fix(register)
        recorded = register.commit_rows(rows)
        again = register.find_draw(PERIOD, DESIGN)
    print(json.dumps([recorded.found, recorded.draw_id, recorded.seed, recorded.head, again.head]))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    race(*sys.argv[1:])
