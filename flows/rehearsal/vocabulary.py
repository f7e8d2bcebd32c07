"""The vocabulary page (情景用词): `docs/scenarios.md`, written from the code so that it cannot fall behind it."""


def vocabulary_text() -> str:
    """The page as Markdown."""
    return ""
