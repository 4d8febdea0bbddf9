"""Files: zip archives with limits, atomic writing, strict JSON, shipped resources. Knows nothing of neural networks."""
