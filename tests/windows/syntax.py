"""PowerShell text as a tree: whether it parses, and what it calls. It proves syntax, not that anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_powershell.language()))
_STRINGS = ("verbatim_string_characters", "expandable_string_literal")
_FROM = re.compile(r"(?i)\bfrom\s+([A-Za-z0-9_]+)")


def parsed(text: str) -> Node:
    """The root of the tree. Fails for text with an error in it, or one that only PowerShell 7 accepts."""
    root = _PARSER.parse(text.encode()).root_node
    errors = [f"line {node.start_point[0] + 1}: {words(node)[:80]}" for node in walk(root) if _is_wrong(node)]
    assert not errors, f"no PowerShell: {errors}"
    return root


def _is_wrong(node: Node) -> bool:
    return node.type in ("ERROR", "&&", "||") or node.is_missing


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    yield node
    for child in node.children:
        yield from walk(child)


def words(node: Node) -> str:
    """The text of a node."""
    return (node.text or b"").decode()


@dataclass(frozen=True, slots=True)
class Command:
    """One call: its name as written, its arguments by parameter (lower case, None where it has no value) or place."""

    name: str
    node: Node = field(repr=False)
    named: Mapping[str, Node | None] = field(repr=False)
    placed: tuple[Node, ...] = field(repr=False)

    def classes(self, root: Node) -> tuple[str, ...]:
        """The CIM classes that it may ask for; `?` where the text does not tell."""
        if self.name != "Get-CimInstance":
            return ()
        if "-query" in self.named:
            found = [name for text in texts(self.named["-query"], root) for name in _FROM.findall(text)]
        else:
            found = list(texts(self.named.get("-classname"), root))
        return tuple(found) or ("?",)


def texts(node: Node | None, root: Node) -> tuple[str, ...]:
    """The texts that stand in an argument, or are given to the variable that stands there, anywhere in `root`."""
    if node is None:
        return ()
    written = tuple(words(one)[1:-1] for one in walk(node) if one.type in _STRINGS)
    variables = {words(one).lower() for one in walk(node) if one.type == "variable"}
    given = (text for name in variables for source in _given(name, root) for text in texts(source, root))
    return (*written, *(() if written else given))


def _given(variable: str, root: Node) -> Iterator[Node]:
    """What is assigned to a variable, and the list that a loop gives it one by one."""
    for node in walk(root):
        if node.type in ("assignment_expression", "foreach_statement"):
            name = next(one for one in walk(node) if one.type == "variable")
            value = next((one for one in node.children if one.type == "pipeline"), None)
            if words(name).lower() == variable and value is not None:
                yield value


def commands(root: Node) -> Iterator[Command]:
    """Every call of a command by name; a call of a block or a variable (`& $x`) has the name `&` or `.`."""
    for node in walk(root):
        if node.type == "command":
            first = node.children[0]
            is_plain = first.type == "command_name"
            name = words(first) if is_plain else words(first).strip()[:1]
            yield Command(name, node, dict(_named(node)), tuple(_placed(node)))


def _elements(command: Node) -> Iterator[tuple[str, Node]]:
    """Each argument with the parameter in front of it, and each parameter itself without one."""
    parameter = ""
    for part in (child for node in command.children if node.type == "command_elements" for child in node.children):
        if part.type != "command_argument_sep":
            yield parameter, part
            parameter = words(part).lower() if part.type == "command_parameter" else ""


def _named(command: Node) -> Iterator[tuple[str, Node | None]]:
    for parameter, part in _elements(command):
        if part.type == "command_parameter":
            yield words(part).lower(), None
        elif parameter:
            yield parameter, part


def _placed(command: Node) -> Iterator[Node]:
    return (part for parameter, part in _elements(command) if not parameter and part.type != "command_parameter")


def functions(root: Node) -> frozenset[str]:
    """The names of the functions that the text defines."""
    return frozenset(
        words(child)
        for node in walk(root)
        if node.type == "function_statement"
        for child in node.children
        if child.type == "function_name"
    )


def methods(root: Node) -> Iterator[str]:
    """The names of the methods it calls; with its type in front where that is written."""
    for node in walk(root):
        if node.type == "invokation_expression":
            names = [words(child) for child in node.children if child.type == "member_name"]
            owner = words(node.children[0]) if node.children[0].type == "type_literal" else ""
            yield f"{owner}::{names[0]}" if owner else (names[0] if names else "?")


def types(root: Node) -> Iterator[str]:
    """The types it names in brackets."""
    return (words(node).strip("[]") for node in walk(root) if node.type == "type_spec")


def operators(root: Node) -> Iterator[str]:
    """The comparison operators, in lower case."""
    return (words(node).lower() for node in walk(root) if node.type == "comparison_operator")
