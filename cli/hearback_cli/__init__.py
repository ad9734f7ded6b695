"""The command line `hearback`: it knows the product by its HTTP API alone."""
