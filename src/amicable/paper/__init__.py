"""Documents on paper: PDF in one form, for whatever room has something to print."""
