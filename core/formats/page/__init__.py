"""A trained network as a web page."""
