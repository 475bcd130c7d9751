"""The Faust transport: poll batches in, one transaction per partition number and batch out."""
