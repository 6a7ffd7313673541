"""The rules for the body of a probe, beyond its syntax: it only reads, and it runs wherever the collector starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from tests.windows.allowed import (
    CLASSES,
    CMDLETS,
    COM_OBJECTS,
    FRAME,
    INNER,
    METHODS,
    METHODS_OF_CLASSES,
    OPERATORS,
    PROGRAMS,
    PURE,
    SEAMS,
    STATICS,
    TYPES,
)
from tests.windows.syntax import Command, commands, methods, operators, parsed, texts, types, walk, words

_LOOPS = ("foreach_statement", "for_statement", "while_statement", "do_statement", "switch_statement")
_NOT_OURS = re.compile(r"(?i)\$(?:(?:global|script|env):|(?:state|clock|erroractionpreference)\b)")
_TIMED = ("Get-CimInstance", "Invoke-CimMethod")


def broken(script: str) -> list[str]:
    """What a probe's body does that it may not do, in words."""
    root = parsed(script)
    checks = (_names, _calls, _flow, _writes, _parts)
    return [problem for check in checks for problem in check(root)]


def _names(root: Node) -> Iterator[str]:
    """Only what the tables name."""
    for name in methods(root):
        if name not in (STATICS if name.startswith("[") else METHODS):
            yield f"calls the method {name}"
    yield from (f"names the type [{name}]" for name in types(root) if name not in TYPES)
    yield from (f"uses the operator {name}" for name in operators(root) if name not in OPERATORS)


def _calls(root: Node) -> Iterator[str]:
    for command in commands(root):
        if command.name not in {*CMDLETS, *PURE, *FRAME, *(SEAMS - INNER)}:
            yield f"calls {command.name}"
        if command.name in _TIMED and "-operationtimeoutsec" not in command.named:
            yield f"calls {command.name} without -OperationTimeoutSec"
        yield from _subjects(command, root)


def _subjects(command: Command, root: Node) -> Iterator[str]:
    """The class, method, COM object or program that a call is about."""
    yield from (f"asks for the class {name}" for name in command.classes(root) if name not in CLASSES)
    if command.name == "Invoke-CimMethod":
        names = texts(command.named.get("-methodname"), root) or ("?",)
        yield from (f"calls the method {name} of a class" for name in names if name not in METHODS_OF_CLASSES)
    if command.name == "New-ComSeam":
        names = texts(command.placed[0] if command.placed else None, root) or ("?",)
        yield from (f"makes the COM object {name}" for name in names if name not in COM_OBJECTS)
    if command.name == "Invoke-Native":
        file, line = (texts(node, root) for node in (*command.placed, None, None)[:2])
        if len(file) != 1 or PROGRAMS.get(file[0]) != " ".join(line):
            yield f"starts {' '.join((*file, *line)) or '?'}"


def _flow(root: Node) -> Iterator[str]:
    """Nothing that leaves the block by another way than its end."""
    for node in walk(root):
        if node.type == "flow_control_statement":
            word = words(node).split()[0].lower()
            if word == "exit" or (word in ("break", "continue") and not _is_in_loop(node)):
                yield f"{word} would end the whole script"
        if node.type in (
            "function_statement",
            "class_statement",
            "enum_statement",
            "using_statement",
            "trap_statement",
        ):
            yield f"holds a {node.type.replace('_', ' ')}"


def _is_in_loop(node: Node) -> bool:
    above = node.parent
    while above is not None and above.type != "script_block_expression":
        if above.type in _LOOPS:
            return True
        above = above.parent
    return False


def _writes(root: Node) -> Iterator[str]:
    for node in walk(root):
        if node.type == "redirection":
            yield "writes to a file"
        if node.type == "left_assignment_expression" and _NOT_OURS.match(words(node)):
            yield f"assigns to {words(node)}"


def _parts(root: Node) -> Iterator[str]:
    """A list that leaves a part as it is, loses its brackets when it has less than two elements."""
    for command in commands(root):
        if command.name == "Read-Part":
            body = next((node for node in walk(command.node) if node.type == "script_block_body"), None)
            statements = [] if body is None else body.children[0].children
            if statements and words(statements[-1]).startswith("@("):
                yield "a list has to leave Read-Part as ,@( )"
