"""`status`: what runs, a row a part."""

import json

from deploy.local import noticeboard
from deploy.local.place import Place

COLUMNS = ("name", "pid", "port", "state")


def status(place: Place, *, as_json: bool) -> int:
    """Print the rows; 1 when a part is down.

    Raises:
        CannotLook: no stack runs.
    """
    rows = noticeboard.read(place).parts
    if as_json:
        print(json.dumps(rows))
    else:
        for row in (dict(zip(COLUMNS, COLUMNS, strict=True)), *rows):
            name, pid, port, state = ("-" if row[column] is None else row[column] for column in COLUMNS)
            print(f"{name:<18}{pid:>8}{port:>8}  {state}")
    return 1 if any(row["state"] in ("restarting", "failed") for row in rows) else 0
