"""Pages, a file for each family: read the request, call one function, show the result."""
