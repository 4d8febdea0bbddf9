"""What a picture of a training shows: decision boundary, activations, neurons, saliency, embedding, predictions.

`SnapshotTaker` collects them into a `Snapshot`, which is read-only and complete in itself. Nothing here changes a
training.
"""
