"""From the graph of an ONNX file to our layers: of files of our own by their description, of others by recognition."""
