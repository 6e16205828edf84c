"""What the browser meant, one module a noun (people, imports)."""
