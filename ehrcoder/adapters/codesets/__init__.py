"""Code sets: building, indexing and searching them."""
