"""Files: zip archives with limits, atomic writing, strict JSON, shipped resources. No knowledge of networks."""
