"""Days and times in the time zone of the installation: one clock for reports, filters and lists; pure."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The day that a moment is on."""
    return moment.astimezone(zone).date()


def local_midnight(day: date, zone: tzinfo) -> datetime:
    """The start of a day; it is as long as the clock there says, 23 to 25 hours."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def format_local(moment: datetime, zone: tzinfo) -> str:
    """A moment, to the minute."""
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}" + (" UTC" if zone is UTC else "")


def zone_name(zone: tzinfo) -> str:
    """The name that browsers know it by."""
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"
