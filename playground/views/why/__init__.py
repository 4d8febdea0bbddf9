"""The page that says why the network answers as it does, and how sure it may be."""
