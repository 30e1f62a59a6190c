"""Why a published figure moved: Telford and Wrekin's Section 47 enquiries of 2017, and the rest."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest

from qa_sampling.errors import DisclosureError, ParameterError, TrendError
from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.reporting.alt_texts import decomposition_waterfall_alt
from qa_sampling.reporting.published_dive import (
    change_tables,
    published_dive_method,
    published_dive_words,
)
from qa_sampling.reporting.published_tables import Asked
from qa_sampling.runs.inputs import open_register
from qa_sampling.runs.published_dive.steps import (
    publish_changes,
    release_changes,
    shared_of,
    take_apart,
)
from qa_sampling.trends.published_change import published_change, step_name

REAL = Path(__file__).parents[2] / "shared" / "data" / "dfe"
PARAMETERS = Path(__file__).parents[1] / "parameters"


def counts(**rows):
    """Counts of one step: area to its counts in 2016 and 2017."""
    return pd.DataFrame(
        [(code, year, value) for code, both in rows.items()
         for year, value in zip((2016, 2017), both, strict=True)],
        columns=["code", "year", "numerator"],
    )  # fmt: skip


class TestPublishedChange:
    held: ClassVar = {"own": "a", "neighbours": ["b", "c", "d"], "years": (2016, 2017)}

    def test_by_hand_beside_neighbours(self) -> None:
        steps = published_change(
            {
                "Referrals": counts(a=(100, 200), b=(50, 100), c=(80, 80), d=(None, 9)),
                "Enquiries": counts(a=(20, 20), b=(10, 10), c=(8, 16), d=(3, 3)),
            },
            **self.held,
        )
        first, second = steps
        # 20 = 100 x 0.2; 20 = 200 x 0.1: +100 x 0.15 and -0.1 x 150.
        assert (first.contribution, second.contribution) == pytest.approx((15, -15))
        assert (second.before, second.after) == pytest.approx((20, 10))
        assert (first.neighbours, first.as_much) == (2, 1)
        assert (second.neighbours, second.as_much) == (2, 1)  # b halves, c doubles
        assert (second.median_before, second.median_after) == pytest.approx((15, 15))

    def test_what_is_missing_is_told(self) -> None:
        rows = {"Referrals": counts(a=(5, None)), "Enquiries": counts(a=(1, 1))}
        with pytest.raises(TrendError, match="no published count of Referrals in 2017"):
            published_change(rows, **self.held)

    def test_names_keep_their_law(self) -> None:
        assert step_name(["Referrals", "Section 47 enquiries"], 1) == (
            "Section 47 enquiries per 100 referrals"
        )
        assert step_name(["Section 47 enquiries", "ICPC"], 1) == "ICPC per 100 Section 47 enquiries"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    values = load_parameters([PARAMETERS / "published_deep_dive.yml"])
    outputs = str(tmp_path_factory.mktemp("published"))
    return read_parameters("published_deep_dive", values | {"outputs": outputs})


class TestTheInvented:
    def test_the_planted_rise_is_of_enquiries_per_referral(self, settings):
        first = take_apart(settings)[0]
        steps = {one.step: one for one in first.steps}
        top = steps["Section 47 enquiries per 100 referrals"]
        assert top.contribution > 0 and top.as_much == 0
        assert sum(one.contribution for one in first.steps) == pytest.approx(
            first.counts.rows[-1][2] - first.counts.rows[-1][1]
        )
        words = published_dive_words(take_apart(settings)).sentences
        assert words[1].startswith("Section 47 enquiries per 100 referrals: from")
        assert "in none of" in words[1] and len(words) == 3 + 2 + 2

    def test_it_is_published_with_its_table_and_picture(self, settings):
        changes = take_apart(settings)
        register = open_register(settings)
        release_changes(changes, settings, register)
        slug = publish_changes(changes, settings, register, findings=published_dive_words(changes))
        register.close()
        folder = settings.outputs_folder / slug / "shareable"
        assert (folder / "published_dive_tables.xlsx").is_file()
        text = (folder / "published_dive_tables.csv").read_text(encoding="utf-8")
        assert "Section 47 enquiries per 100 referrals" in text
        assert len(shared_of(changes)) == 4
        assert "Section 47" in decomposition_waterfall_alt(changes[0].waterfall)
        assert "not why" in " ".join(published_dive_method().sentences)

    def test_only_published_series_are_taken(self):
        with pytest.raises(DisclosureError, match="PublishedSeries alone"):
            change_tables({"a": counts(a=(1, 2))}, Asked("a", ()), years=(2016, 2017))

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"first_year": 2018, "last_year": 2018}, "last_year must lie after first_year"),
            ({"measures": ["referrals"]}, "measures"),
            ({"measures": ["referrals", "re_referrals"]}, "measures"),
            ({"funnels": ["s47"]}, "funnels"),
        ],
    )
    def test_faults_are_told(self, values, words):
        with pytest.raises(ParameterError, match=words):
            read_parameters("published_deep_dive", values)


def test_real_figures_do_not_bear_the_invented_name(tmp_path):
    values = {"published": str(tmp_path), "authority_code": "894"}
    usual = read_parameters("published_deep_dive", values)
    assert usual.whose == "Authority 894"
    named = read_parameters("published_deep_dive", values | {"authority": "Telford and Wrekin"})
    assert named.whose == "Telford and Wrekin"
    assert read_parameters("published_deep_dive", {}).whose == "Inventshire (invented)"


@pytest.mark.skipif(not REAL.is_dir(), reason="the published files are not here")
def test_telford_and_wrekin_in_2017(tmp_path):
    """DfE, Children in need: 659 to 1,510 enquiries, 240 to 437 plans; parts as in the docs."""
    settings = read_parameters(
        "published_deep_dive",
        {"published": str(REAL), "authority_code": "894", "first_year": 2016, "last_year": 2017,
         "outputs": str(tmp_path)},
    )  # fmt: skip
    changes = take_apart(settings)
    enquiries, _, plans = changes
    assert enquiries.counts.rows[-1][1:] == (659, 1510)
    assert [round(one.contribution, 1) for one in plans.steps] == [127.3, 148.8, -83.1, 4.1]
    rose = {one.step: (one.as_much, one.neighbours) for one in enquiries.steps}
    assert rose["Section 47 enquiries per 100 referrals"] == (1, 10)
    text = " ".join(published_dive_words(changes).sentences)
    assert "659" in text and "1,510" in text
    assert "32.4" in text and "50.6" in text, "enquiries per 100 referrals, then and now"
    assert "1 of 10" in text
