"""Reading a folder of image files into one array of equal size."""
