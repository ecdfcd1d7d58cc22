"""Web forms for a contact: sent to one named professional without a system of their own, for one contact, for a time.

Here stand whom they are sent to and by whom; what is written behind the link is taken in by the agency API's road
(:mod:`frontdoor.api.webform`).
"""
