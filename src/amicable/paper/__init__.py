"""Documents as PDF in one form, and small versions of images, for whatever room has something to print or show."""
