"""From facts to findings (`findings`), and from findings to the state of each requirement (`rollup`)."""
