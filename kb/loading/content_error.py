"""The error of content files; apart from the loader, so that whoever handles it needs no loader."""


class ContentError(Exception):
    """The content folder has mistakes; mend the keys named below and start again."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join((str(self.__doc__), *(f"  {problem}" for problem in problems))))
        self.problems = problems
