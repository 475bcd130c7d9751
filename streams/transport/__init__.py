"""The Faust transport: slices in, one transaction a partition number and batch out."""
