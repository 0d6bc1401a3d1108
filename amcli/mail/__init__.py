"""The mail: HTML and text body, the message, and its delivery over SMTP."""
