"""The JSON of the API as types, named as in its OpenAPI document.

They say what is there when this release was made; an answer may hold more, for the API only ever adds.
"""
