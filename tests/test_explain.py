"""Why a case was drawn, or was not, in one sentence."""

import pandas as pd
import pytest
from frame_factory import make_frame

from qa_sampling.errors import FrameError
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.verification import explain

CELLS = [("N", "CP", 7), ("N", "CIN", 12), ("S", "CP", 5), ("S", "CIN", 9), ("E", "CP", 1)]
KIN = {"N.CP.1": "f", "S.CP.1": "f", "N.CIN.2": "g", "N.CIN.3": "g", "E.CP.1": "g"}


def sentence(frame: Frame, draw: Draw, ref: str) -> str:
    found = explain(frame, draw, ref)
    assert found.case_ref == ref
    return found.sentence


def test_every_case_of_the_frame_is_explained() -> None:
    frame = make_frame(*CELLS, families=KIN)
    draw = draw_sample(frame, Size(9, reserves=1), seed="1")
    sample = draw.sample.set_index("case_ref")
    for ref, stratum in zip(frame.cases["case_ref"], frame.cases["stratum"], strict=True):
        words = sentence(frame, draw, ref)
        if ref in set(draw.set_aside["case_ref"]):
            why = "another child of the family stands for it"
            assert words == f"In the frame, not drawn: {why}."
            continue
        table = draw.allocation.set_index("stratum").loc[stratum]
        assert f" of {table['available']} in {stratum}, cut at {table['sampled']}: " in words
        if ref in sample.index:
            row = sample.loc[ref]
            number = int(row["ticket"], 16) / 16**64
            verdict = {"sample": "drawn", "reserve": "a reserve"}[row["drawn_as"]]
            assert words.startswith(f"Ticket {number:.4f}, rank {row['rank']} of ")
            assert words.endswith(f": {verdict}.")
        else:
            assert words.endswith(": not drawn.")


def test_a_rotated_draw_is_explained_by_its_own_order() -> None:
    frame = make_frame(("N", "CP", 9))
    size = Size(3, reserves=1)
    first = draw_sample(frame, size, seed="1", ticket_seed="year")
    start = {"N / CP": first.cases["ticket"].iloc[-1]}
    draw = draw_sample(frame, size, seed="2", ticket_seed="year", start_after=start)
    ref = draw.cases["case_ref"].iloc[0]
    assert ref == first.reserves["case_ref"].iloc[0]
    assert ", rank 1 of 9 in N / CP, cut at 3: drawn." in sentence(frame, draw, ref)
    old = first.cases["case_ref"].iloc[-1]
    assert sentence(frame, draw, old).endswith("rank 9 of 9 in N / CP, cut at 3: not drawn.")


def test_an_excluded_case_is_explained() -> None:
    frame = make_frame(("N", "CP", 4))
    gone = pd.DataFrame({"case_ref": ["x"], "reason": ["restricted record"]})
    known = Frame(**{**vars(frame), "exclusions": gone})
    draw = draw_sample(known, Size(2), seed="1")
    assert sentence(known, draw, "x") == "Not in the frame: restricted record."


def test_an_unknown_case_is_refused() -> None:
    frame = make_frame(("N", "CP", 4))
    draw = draw_sample(frame, Size(2), seed="1")
    with pytest.raises(FrameError, match="not in this month's population"):
        explain(frame, draw, "nobody")


def test_a_draw_of_another_frame_is_refused() -> None:
    draw = draw_sample(make_frame(("N", "CP", 4)), Size(2), seed="1")
    with pytest.raises(FrameError, match="The draw was made from another frame"):
        explain(make_frame(("N", "CP", 5)), draw, "N.CP.1")
