"""A strict reading of our HTML and SVG: every element closed in order, no attribute or id twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "img", "br", "hr"}


@dataclass(slots=True)
class Node:
    """One element with its attributes and what stands inside, words and elements in order."""

    name: str
    attributes: dict[str, str]
    contents: list["Node | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.contents:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, name: str, **attributes: str) -> list["Node"]:
        """Find by element name and attributes; `class_` stands for class."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            node
            for node in self.walk()
            if node.name == name and all(node.attributes.get(key) == value for key, value in wanted.items())
        ]

    def one(self, name: str, **attributes: str) -> "Node":
        (found,) = self.all(name, **attributes)
        return found

    def by_id(self, name: str) -> "Node":
        (found,) = (node for node in self.walk() if node.attributes.get("id") == name)
        return found

    @property
    def text(self) -> str:
        """All words inside, spaces folded."""
        words = [child if isinstance(child, str) else child.text for child in self.contents]
        return " ".join(" ".join(words).split())

    def number(self, attribute: str) -> float:
        """Read a length, "12.5%" or "12.5"."""
        return float(self.attributes[attribute].removesuffix("%"))


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]
        self._ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        node = Node(tag, {name: value or "" for name, value in attrs})
        identity = node.attributes.get("id")
        assert identity is None or identity not in self._ids, f"the id {identity} stands twice"
        if identity is not None:
            self._ids.add(identity)
        self._open[-1].contents.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(f"<{tag}/> with {attrs}: HTML does not close elements so")

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, f"</{tag}> closes <{self._open[-1].name}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].contents.append(data)

    def finished(self) -> Node:
        assert len(self._open) == 1, f"not closed: {[node.name for node in self._open[1:]]}"
        return self.root


def parsed(html: str) -> Node:
    """Read a page or a fragment; refuse what is not well formed."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.finished()
