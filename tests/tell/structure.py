"""HTML taken apart by the standard library's parser: its elements with their attributes, and its text."""

from html.parser import HTMLParser

Element = tuple[str, tuple[tuple[str, str | None], ...]]

WORD: Element = ("span", (("class", "w"),))
"""A word of a command; how many there are is the one thing that data decides."""
COMMAND_LINE: Element = ("div", (("style", "padding-left:2em;text-indent:-2em"),))
"""A line of a command, likewise."""


class Structure(HTMLParser):
    """`elements` in order, as tag and attributes; `text` as a reader sees it, without the style sheet."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._texts: list[str] = []
        self._in_style = False
        self.feed(document)
        self.close()

    @property
    def text(self) -> str:
        """All text, runs of space as one."""
        return " ".join("".join(self._texts).split())

    @property
    def frame(self) -> list[Element]:
        """The elements apart from lines and words of commands."""
        return [element for element in self.elements if element not in (WORD, COMMAND_LINE)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element; a block ends a word."""
        self.elements.append((tag, tuple(attrs)))
        self._in_style = tag == "style"
        self._texts.append(" " if tag in {"div", "td", "br", "h1", "h2", "pre"} else "")

    def handle_endtag(self, tag: str) -> None:
        """Leave the style sheet."""
        self._in_style = False
        self._texts.append(" " if tag in {"div", "td", "h1", "h2", "pre"} else "")

    def handle_data(self, data: str) -> None:
        """Note text."""
        if not self._in_style:
            self._texts.append(data)
