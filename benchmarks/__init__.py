"""Speed, memory and load against a floor and against peers: the numbers behind `docs/performance.md`.

Every module runs alone, as root on Linux, from the project folder: `python -m benchmarks.ssh --help`. What needs many
targets runs inside a network, mount and process namespace of its own (`lab`), so nothing outside can reach the
servers, no account is added to the machine, and nothing is left when it ends.
"""
