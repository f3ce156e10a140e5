"""The two ways in: the command line and the web page, and the requests that both make."""
