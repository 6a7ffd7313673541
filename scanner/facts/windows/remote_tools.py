"""Remote-control, tunnel and VPN software of Windows by the names of services, which no display language changes."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts.base import RawFacts, Reader
from scanner.facts.data.products import product_table
from scanner.facts.remote_access import RemoteTool, RemoteToolKind, RemoteTools
from scanner.facts.windows.services import SERVICES, Services, services
from scanner.model import Absent, Unknown

_ROUTING = "remoteaccess"  # installed everywhere, of interest where it runs


def read_tools(raw: RawFacts) -> RemoteTools | Absent | Unknown:
    """Every service of the table that is installed, one entry per product and kind."""
    installed = services(raw)
    if isinstance(installed, Unknown):
        return installed
    table = product_table()
    products = [*table.remote.values(), *table.remote_prefixes.values()]
    return RemoteTools(
        tools=tuple(_merged(_tools(installed))),
        looked_for=tuple(dict.fromkeys(product for product, _ in products)),
        table_date=table.as_of,
    )


def _tools(installed: Services) -> Iterator[RemoteTool]:
    for name, service in installed.items():
        tool = product_table().remote_tool(name)
        if tool is not None and (name != _ROUTING or service.runs or service.starts):
            yield RemoteTool(name=tool[0], kind=RemoteToolKind(tool[1]), running=service.runs, starts=service.starts)


def _merged(tools: Iterator[RemoteTool]) -> Iterator[RemoteTool]:
    """Several services of one product as one."""
    products: dict[tuple[str, RemoteToolKind], list[RemoteTool]] = {}
    for tool in tools:
        products.setdefault((tool.name, tool.kind), []).append(tool)
    for (name, kind), parts in products.items():
        running, starts = any(part.running for part in parts), any(part.starts for part in parts)
        yield RemoteTool(name=name, kind=kind, running=running, starts=starts)


READERS: tuple[Reader, ...] = (Reader(fact=RemoteTools, probes=(SERVICES,), read=read_tools),)
