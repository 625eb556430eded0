"""The API: what is published of a client, asked for one at a time, each answer recorded before it leaves."""
