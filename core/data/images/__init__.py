"""Read a folder of image files into one array."""
