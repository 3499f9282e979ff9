"""What can go wrong, with the program's exit codes."""

USAGE, BAD_DATA, MISSING, CANNOT_CREATE, CANNOT_WRITE = 64, 65, 66, 73, 74


class ConversionError(RuntimeError):
    """A store that cannot be converted; `code` is the exit code that the program has for it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
