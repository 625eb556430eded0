"""The adviser's desk: pages in Streamlit that ask the API and nothing else, with the key of whoever sits before them."""
