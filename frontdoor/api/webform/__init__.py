"""The web form behind a link, for a professional without a system of their own: the API's body asked on a page.

What is typed becomes the body of ``POST contacts`` and is read, refused, recorded and answered by the same functions.
"""
