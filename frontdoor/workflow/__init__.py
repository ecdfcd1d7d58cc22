"""move(): the one way a record changes status.

``workflow.machines`` declares machines and may be imported by any models module; ``workflow.actions`` moves records.
"""
