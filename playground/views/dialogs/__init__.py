"""The dialogs, each with a parent and deleted when closed."""
