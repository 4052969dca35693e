"""The projection of some areas as text. All numbers are made up."""

import pandas as pd

from forecast.report.carry import carried


def text(low: float, middle: float, high: float) -> str:
    keys = {"scenario": "free", "area": "Øen", "group": "dagpenge", "period": "2021"}
    rows = [
        {**keys, "output_type": "quantile", "output_type_id": level, "value": value}
        for level, value in (("0.1", low), ("0.5", middle), ("0.9", high))
    ]
    return carried(pd.DataFrame(rows), ["Øen"], ["dagpenge"], [], "projections.csv", "da")


def test_few_persons_are_not_printed_and_the_text_says_so() -> None:
    mixed, few, many = text(4.0, 8.0, 14.0), text(2.0, 4.0, 6.0), text(80.0, 100.0, 120.0)
    assert "<10-14" in mixed
    assert "<10-<10" not in few
    for shown in (mixed, few):
        assert "<10: færre end ti personer vises ikke." in shown
    assert "80-120" in many
    assert "<10" not in many
