"""numpy, which only comparing texts with texts needs: imported where that begins."""

try:
    import numpy  # noqa: F401 - only whether it is there
except ImportError as error:
    from oilstone_schemas.command import MissingTool

    raise MissingTool(
        "near-duplicates, evaluation problems and the words of licences are found with numpy:"
        " pip install 'oilstone-data[dedup]'"
    ) from error
