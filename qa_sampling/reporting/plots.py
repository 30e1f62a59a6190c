"""Pictures in one quiet house style: each takes a result and an ax, and gives the ax back.

They compute nothing: a number in the picture is a number in the result. A result that came
through ``derived.derive``, or a SafeTable, gives a picture that may be shared; what it hides is
drawn as a hatched mark. This is the place to import pictures from; the modules are by subject.
"""

from __future__ import annotations

from qa_sampling.reporting.plot_seal import drawn_from
from qa_sampling.reporting.plot_style import (
    HOUSE,
    PALETTE,
    PHONE_INCHES,
    SEQUENTIAL,
    WIDTH_INCHES,
    at_width,
    house_style,
)
from qa_sampling.reporting.plots_agreement import agreement_heat, grade_distribution
from qa_sampling.reporting.plots_calibration import calibration_chart
from qa_sampling.reporting.plots_change import decomposition_waterfall, journey_chart
from qa_sampling.reporting.plots_cohorts import cohort_chart
from qa_sampling.reporting.plots_designs import design_chart
from qa_sampling.reporting.plots_fan import forecast_fan, turning_chart
from qa_sampling.reporting.plots_findings import grade_profiles, interval_chart
from qa_sampling.reporting.plots_many import small_multiples, sparklines
from qa_sampling.reporting.plots_plan import (
    allocation_chart,
    bar_chart,
    coverage_map,
    funnel_chart,
    load_chart,
)
from qa_sampling.reporting.plots_trends import control_chart
from qa_sampling.reporting.plots_units import funnel_plot, severity_funnel

__all__ = [
    "HOUSE",
    "PALETTE",
    "PHONE_INCHES",
    "SEQUENTIAL",
    "WIDTH_INCHES",
    "agreement_heat",
    "allocation_chart",
    "at_width",
    "bar_chart",
    "calibration_chart",
    "cohort_chart",
    "control_chart",
    "coverage_map",
    "decomposition_waterfall",
    "design_chart",
    "drawn_from",
    "forecast_fan",
    "funnel_chart",
    "funnel_plot",
    "grade_distribution",
    "grade_profiles",
    "house_style",
    "interval_chart",
    "journey_chart",
    "load_chart",
    "severity_funnel",
    "small_multiples",
    "sparklines",
    "turning_chart",
]
