"""The error that names all settings that cannot be used."""


class SettingsError(Exception):
    """Some settings are not usable; fix those named below (in the environment or .env) and start again."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join((str(self.__doc__), *(f"  {problem}" for problem in problems))))
        self.problems = problems
