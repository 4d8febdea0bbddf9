"""From the parts of a `.keras` file to a trained model, of this program and of others."""
