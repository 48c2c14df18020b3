"""What a test says of the day on which it began: after midnight that day is yesterday."""

from datetime import datetime

from bot.settings import Settings


def words_of_the_day(since: datetime, *, today: str, yesterday: str) -> tuple[str, ...]:
    """How something of `since` may be told by now: as of today, and as of yesterday too where midnight has passed."""
    zone = Settings().zone
    return (today,) if since.astimezone(zone).date() == datetime.now(zone).date() else (today, yesterday)
