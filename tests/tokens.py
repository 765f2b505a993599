"""Tokens of the tests. They must appear in nothing that the product prints."""

TOKEN = "7000000001:scenario-token_that-nobody-may-see"
SENDER_TOKEN = "123456:AAsecret_part-of_the_token"
LOCAL_TOKEN = "777000:AAlocal_server-token"

ALL = (TOKEN, SENDER_TOKEN, LOCAL_TOKEN)
