"""A page taken apart: what it holds, as far as the house rules ask."""

from html.parser import HTMLParser

Attributes = dict[str, str | None]
FIELDS = ("input", "select", "textarea")
URLS = ("href", "src", "action")


class Outline(HTMLParser):
    """Element names, ids, addresses, fields and their labels, and what should not be inline."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self._wrapped: list[Attributes] = []  # fields inside a label
        self._in_label = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag == "label":
            self._in_label = True
        elif tag in FIELDS and self._in_label:
            self._wrapped.append(attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._in_label = False

    def count(self, name: str) -> int:
        return sum(tag == name for tag, _ in self.elements)

    @property
    def stitched(self) -> list[Attributes]:
        """The buttons and links of what most people came to do."""
        return [found for _, found in self.elements if "go" in (found.get("class") or "").split()]

    @property
    def inline(self) -> list[str]:
        """Styles, handlers and scripts that a strict content policy would block."""
        named = [name for _, found in self.elements for name in found if name == "style" or name.startswith("on")]
        bare = [tag for tag, found in self.elements if tag == "style" or (tag == "script" and not found.get("src"))]
        return named + bare

    @property
    def urls(self) -> list[str]:
        return [found[name] or "" for _, found in self.elements for name in URLS if name in found]

    @property
    def ids(self) -> list[str]:
        return [found["id"] or "" for _, found in self.elements if "id" in found]

    @property
    def pointed_at(self) -> set[str]:
        """Ids that the page itself names."""
        names = ("aria-describedby", "aria-labelledby", "for", "form")
        told = {found[name] or "" for _, found in self.elements for name in names if name in found}
        return told | {url[1:] for url in self.urls if url.startswith("#")}

    @property
    def pictures_without_size(self) -> int:
        return sum(tag == "img" and not {"alt", "width", "height"} <= found.keys() for tag, found in self.elements)

    def unlabelled(self) -> list[Attributes]:
        labelled = {found.get("for") for tag, found in self.elements if tag == "label"}
        fields = [found for tag, found in self.elements if tag in FIELDS and found.get("type") != "hidden"]
        return [field for field in fields if field not in self._wrapped and field.get("id") not in labelled]
