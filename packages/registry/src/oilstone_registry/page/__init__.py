"""The router's status page: what is served, tested and logged, and the two buttons that matter.

`data` gathers, `render` draws, `session` lets people in, `actions` promotes and rolls back.
"""
