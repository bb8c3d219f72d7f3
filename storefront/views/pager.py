"""Numbers of pages to link to."""


def pager(page: int, pages: int, around: int = 2) -> list[int]:
    """The first, the last and those around this one; 0 stands for a gap."""
    shown = sorted({1, pages, *range(max(1, page - around), min(pages, page + around) + 1)})
    listed: list[int] = []
    for number in shown:
        if listed and number > listed[-1] + 1:
            listed.append(0)
        listed.append(number)
    return listed
