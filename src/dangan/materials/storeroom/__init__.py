"""Where volumes stand: places, labels, moves, stock-taking, condition, climate."""
