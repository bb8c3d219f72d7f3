"""What the disk refuses, as one sentence with the next step."""

import errno
import re

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the last two: this user, or this process, may have no more
MAKE_ROOM = "Make room and start again"
SAYS_FULL = re.compile(r"No space left on device|Disk quota exceeded|File too large|\berror 28\b")
IN_THE_WAY = (FileExistsError, NotADirectoryError, IsADirectoryError)


def sentence(error: OSError) -> str:
    where = error.filename or "the disk"
    if error.errno in FULL:
        return f"the disk is full: {error.filename or 'a file'} cannot be written. {MAKE_ROOM}"
    if isinstance(error, PermissionError):
        return f"no permission for {where}. Give it to yourself (chown), or delete it and start again"
    if isinstance(error, IN_THE_WAY):
        return f"{where}: {error.strerror}. Move away what is in its place and start again"
    return f"{where}: {error.strerror or error}. Put that right and start again"


def says_full(text: str) -> bool:
    """Whether a program's words mean that the disk is full."""
    return SAYS_FULL.search(text) is not None
