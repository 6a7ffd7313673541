"""A page as a small tree, read with the standard library's parser, and what tests ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})


@dataclass
class Node:
    """One element. `own` is the text directly in it and between its children, in order with them."""

    tag: str
    attributes: dict[str, str]
    parts: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        yield self
        for part in self.parts:
            if isinstance(part, Node):
                yield from part.walk()

    def all(self, tag: str, class_: str = "") -> list[Node]:
        found = (node for node in self.walk() if node.tag == tag)
        return [node for node in found if not class_ or class_ in node.classes]

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        raw = "".join(part if isinstance(part, str) else part.text for part in self.parts)
        return re.sub(r"\s+", " ", raw)


class Page(Node):
    """The whole document."""

    def id(self, name: str) -> Node:
        (node,) = [node for node in self.walk() if node.attributes.get("id") == name]
        return node


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page("#document", {})
        self.open: list[Node] = [self.page]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].parts.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def parse(html: str) -> Page:
    """The tree; AssertionError where an element is not closed in order."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.open == [builder.page], f"never closed: {[node.tag for node in builder.open[1:]]}"
    return builder.page
