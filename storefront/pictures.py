"""Pictures from the shared disk, the latest ones kept in memory: a listing shows 24 of them again and again."""

from collections import OrderedDict

from shared.media import Media

MEMORY_BYTES = 16 * 1024 * 1024


class Pictures:
    """A bounded memory in front of the disk; what was read longest ago goes first."""

    def __init__(self, media: Media, memory_bytes: int = MEMORY_BYTES) -> None:
        self._media, self._left = media, memory_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def read(self, file: str) -> bytes:
        """Read MEDIA_ROOT/pictures/file; NotFound or Unavailable as in `Media.read`."""
        if file in self._kept:
            self._kept.move_to_end(file)
            return self._kept[file]
        content = await self._media.read(f"pictures/{file}")
        self._keep(file, content)
        return content

    def _keep(self, file: str, content: bytes) -> None:
        if file in self._kept:
            return
        self._kept[file] = content
        self._left -= len(content)
        while self._left < 0:
            _, dropped = self._kept.popitem(last=False)
            self._left += len(dropped)
