"""Data of the user's own: tables, texts and folders of images, read in dialogs."""

from playground.plugin import PLUGINS, ActionRow, Plugin, late

_COMMANDS = (
    ActionRow("import_data", "&Import data…", "", "Ctrl+I", "file",
        "Learn from a table of your own: CSV, TSV, Excel or NPZ.",
        run="imports.choose_file", also="CSV, Excel, my table, dataset, spreadsheet, upload", after="open"),
    ActionRow("import_images", "Import i&mages…", "", "Ctrl+Shift+I", "file",
        "Learn from a folder of images of your own, with a folder for each class.",
        run="imports.choose_folder", also="photos, my pictures, folder, dataset", after="import_data"),
)  # fmt: skip
PLUGINS.register(
    Plugin("imports", "Import data", commands=_COMMANDS, controller=late(__name__, "ImportController"),
        gives={"choose_data": late(__name__, "choose_data")})
)  # fmt: skip
