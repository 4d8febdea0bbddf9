"""Programs that hold or load a network, in the words of NumPy, PyTorch, Keras and scikit-learn."""
