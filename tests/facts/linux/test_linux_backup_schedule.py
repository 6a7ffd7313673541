"""Days of the month and of the week together."""

from __future__ import annotations

import pytest

from scanner.facts.linux.backups import schedule


@pytest.mark.parametrize(
    ("when", "joined", "busybox"),
    [
        ("0 2 */2 * 0", 21.0, 2.0),  # Sundays with an odd date
        ("0 2 * * 0", 7.0, 7.0),
        ("0 2 1 * */2", 153.0, 2.0),
        ("0 2 1,15 * 0", 7.0, 7.0),  # either field where none begins with a star
        ("0 2 1-7 * mon", 7.0, 7.0),
        ("0 2 31 * *", 61.0, 61.0),
        ("-*/15 * * * *", 1.0, 1.0),
        ("0~59 3 * * *", 1.0, 1.0),
        ("0 3 * jan-jun *", 366.0, 366.0),
        ("0 25 * * *", None, None),
        ("61 3 * * *", None, None),
        ("0 3 0 * *", None, None),
        ("0 3 * * 6-1", None, None),
    ],
)
def test_two_day_fields(when: str, joined: float | None, busybox: float | None) -> None:
    assert schedule.of_cron(when) == joined
    assert schedule.of_cron(when, stars_join=False) == busybox


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon *-*-01 00:00:00", 427.0),
        ("Sat..Mon *-*-* 00:00:00", 5.0),
        ("*-*~01 00:00:00", 31.0),
        ("*-*-1..7 00:00:00", 25.0),
    ],
)
def test_weekday_and_date_of_a_timer_have_to_suit_both(text: str, days: float) -> None:
    assert schedule.of_calendar(text) == days
