"""The command line: one module per command, each thin."""


def main() -> None:
    """Run `ctpat`."""
