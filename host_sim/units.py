"""Time in numbers: what a minute, an hour and a day have of the clock's microseconds."""

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
DAY_S = 86_400
