"""Category: a path of steps, `Home > Kitchen > Mugs`."""

SEPARATOR = " > "


def path_of(text: str) -> str:
    """`Home>Kitchen` and `Home > Kitchen ` are the same path."""
    return SEPARATOR.join(step for part in text.split(">") if (step := part.strip()))


def department_of(path: str) -> str:
    """The first step."""
    return path.partition(SEPARATOR)[0]


def leaf_of(path: str) -> str:
    """The last step."""
    return path.rpartition(SEPARATOR)[2]
