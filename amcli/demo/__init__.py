"""The whole road in ten steps, on one machine."""
