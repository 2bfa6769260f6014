"""lifelines judges Kaplan-Meier. It needs pandas <3, so it has an environment of its own: ``make test-oracles``."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.kpi import kaplan_meier
from tests.kpi.test_survival import FOLLOWED, FREIREICH, columns

lifelines = pytest.importorskip("lifelines", reason="comes with the extra [oracles]: make test-oracles")


def fitted(followed: list[tuple[int, bool]], confidence: float = 0.95) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by 0 where the last one ends
        return lifelines.KaplanMeierFitter(alpha=1 - confidence).fit(*columns(followed))


@given(FOLLOWED.filter(bool), st.sampled_from([0.8, 0.95, 0.99]))
def test_shares_and_log_log_band(followed: list[tuple[int, bool]], confidence: float) -> None:
    oracle = fitted(followed, confidence)
    for step in kaplan_meier(*columns(followed), confidence=confidence).steps:
        assert pytest.approx(oracle.predict(step.after), abs=1e-12) == step.open_share  # type: ignore[attr-defined]
        if step.interval is not None:
            expected = tuple(oracle.confidence_interval_.loc[step.after])  # type: ignore[attr-defined]
            assert pytest.approx(expected, abs=1e-9) == (step.interval.low, step.interval.high)


def test_freireich() -> None:
    oracle = fitted([(took, bool(flag)) for took, flag in FREIREICH])
    found = kaplan_meier(*columns(FREIREICH))
    assert oracle.median_survival_time_ == found.median == 23  # type: ignore[attr-defined]
    ends = lifelines.utils.median_survival_times(oracle.confidence_interval_)  # type: ignore[attr-defined]
    assert found.median_ends[0] == ends.iloc[0, 0]
