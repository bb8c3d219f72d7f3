"""Days and moments as people read them, in the shop's time zone."""

from datetime import date, datetime, tzinfo


def day(moment: date, zone: tzinfo) -> str:
    """ "Wed 25 November"; a date without a time is that day everywhere."""
    there = moment.astimezone(zone) if isinstance(moment, datetime) else moment
    return f"{there:%a} {there.day} {there:%B}"


def clock(moment: datetime, zone: tzinfo) -> str:
    """ "25 Nov 08:14" """
    there = moment.astimezone(zone)
    return f"{there.day} {there:%b} {there:%H:%M}"


def time_of_day(moment: datetime, zone: tzinfo) -> str:
    """ "08:14" """
    return f"{moment.astimezone(zone):%H:%M}"


def stamp(moment: datetime, zone: tzinfo) -> str:
    """ "25 Nov 08:14:07", for the back office"""
    return f"{clock(moment, zone)}:{moment.astimezone(zone):%S}"
