"""What of WCAG 2.2 AA a machine can read in our HTML, after the rules of axe-core; colours are in test_web_palette."""

import re
from collections.abc import Iterator

from web.html_tree import Node

_NEEDS_LABEL = {"input", "select", "textarea"}
_NO_LABEL = {"hidden", "submit", "button"}
_HEADING = re.compile(r"h([1-6])")


def complaints(document: Node) -> list[str]:
    """Everything that breaks a rule, in words."""
    return [
        *_page(document),
        *_names(document),
        *_references(document),
        *_headings(document),
        *_tables(document),
        *_landmarks(document),
    ]


def _page(document: Node) -> Iterator[str]:
    (page,) = document.all("html")
    if page.attributes.get("lang") not in {"zh-CN", "en"}:
        yield "the page does not say its language"
    if not document.one("head").one("title").text:
        yield "the page has no title"
    for node in document.walk():
        if "style" in node.attributes or any(name.startswith("on") for name in node.attributes):
            yield f"<{node.name}> carries a style or a script of its own, which the policy refuses"
        if node.name == "script" and "src" not in node.attributes:
            yield "a script stands in the page"
        tab = node.attributes.get("tabindex", "0")
        if tab not in {"0", "-1"}:
            yield f"<{node.name}> changes the order of the tab key"


def _names(document: Node) -> Iterator[str]:
    labelled = {label.attributes.get("for") for label in document.all("label")}
    inside = {id(node) for label in document.all("label") if label.text for node in label.walk()}
    for node in document.walk():
        attributes = node.attributes
        named = bool(attributes.get("aria-label") or attributes.get("aria-labelledby"))
        if node.name in _NEEDS_LABEL and attributes.get("type") not in _NO_LABEL:
            if not (named or id(node) in inside or attributes.get("id") in labelled - {None}):
                yield f"<{node.name} name={attributes.get('name')}> has no label"
        elif node.name in {"a", "button", "summary"} and not (named or node.text or _alt(node)):
            yield f"<{node.name}> has no name: {attributes}"
        elif node.name == "img" and "alt" not in attributes:
            yield "a picture has no alt"
        elif node.name == "svg" and attributes.get("role") in {"img", "group"} and not named:
            yield "a drawing has no name"


def _alt(node: Node) -> str:
    return "".join(inner.attributes.get("alt", "") for inner in node.all("img"))


def _references(document: Node) -> Iterator[str]:
    ids = {node.attributes["id"] for node in document.walk() if "id" in node.attributes}
    for node in document.walk():
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            for wanted in node.attributes.get(name, "").split():
                if wanted not in ids:
                    yield f"{name} names {wanted}, which is not there"
        link = node.attributes.get("href", "")
        if node.name == "a" and link.startswith("#") and link[1:] not in ids:
            yield f"a link leads to {link}, which is not there"


def _headings(document: Node) -> Iterator[str]:
    levels = [int(found[1]) for node in document.walk() if (found := _HEADING.fullmatch(node.name))]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings of the first level"
    before = 0
    for level in levels:
        if level > before + 1:
            yield f"a heading of level {level} after one of level {before}"
        before = level


def _tables(document: Node) -> Iterator[str]:
    for table in document.all("table"):
        if not (table.all("caption") or table.attributes.get("aria-label")):
            yield "a table has no caption"
        for head in table.all("th"):
            if head.attributes.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
                yield f"a head of a table has no scope: {head.text}"


def _landmarks(document: Node) -> Iterator[str]:
    if len(document.all("main")) != 1:
        yield "there is not one main part"
    for name in ("nav", "section"):
        several = [node.attributes.get("aria-label", "") for node in document.all(name)]
        if name == "nav" and len(several) != len(set(several)):
            yield "two navigations have one name"
