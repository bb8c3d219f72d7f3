"""What can go wrong with the one-machine stack, as one sentence with the next step."""

from deploy.local import disk


class StackFault(Exception):
    """Something the person at the terminal must know; `exit_code` is what the verb ends with."""

    exit_code = 1


class CannotLook(StackFault):
    """No stack runs, so there is nothing to look at."""

    exit_code = 2


class PartFailed(StackFault):
    """A part died again and again before it was ready; `last_lines` are the end of what it said."""

    def __init__(self, part: str, reason: str, hint: str, last_lines: tuple[str, ...]) -> None:
        if any(map(disk.says_full, (reason, *last_lines))):
            reason, hint = f"the disk is full ({reason})", disk.MAKE_ROOM  # never advice to delete data
        super().__init__(f"{part} does not get ready: {reason}. {hint}".strip())
        self.part = part
        self.last_lines = last_lines


class UsageFault(StackFault):
    """The command line asks for something that cannot be done."""

    exit_code = 2
