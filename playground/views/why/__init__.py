"""The page that says why the network predicts as it does, and how sure it may be."""
