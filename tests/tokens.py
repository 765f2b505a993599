"""The token of the scenarios. It must appear in nothing that the product prints."""

TOKEN = "7000000001:scenario-token_that-nobody-may-see"
